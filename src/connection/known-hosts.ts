import { createHmac } from "node:crypto";
import { type HostKey, type KnownKeys, parseHostKey } from "./host-key.ts";

/** One line of known_hosts: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
interface Entry {
  readonly marker: string | undefined;
  readonly names: string;
  readonly key: HostKey;
}

function parseLine(line: string): readonly Entry[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") === true ? words.shift() : undefined;
  const [names = "", ...rest] = words;
  const key = names === "" || names.startsWith("#") ? undefined : parseHostKey(rest.join(" "));
  return key === undefined ? [] : [{ marker, names, key }];
}

/** The name under which OpenSSH looks a host up: the port is part of it unless it is 22. */
export function knownName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt = "", hash] = hashed.split("|");
  return version === "1" && createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function matchesPattern(pattern: string, name: string): boolean {
  const literal = pattern.toLowerCase().replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}

function matches(names: string, name: string): boolean {
  if (names.startsWith("|")) return matchesHash(names, name);
  const patterns = names.split(",");
  const denied = patterns.some((pattern) => pattern.startsWith("!") && matchesPattern(pattern.slice(1), name));
  return !denied && patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, name));
}

/** The keys that a text gives for a host. */
export type LookUp = (knownHosts: string, address: string, port: number) => KnownKeys;

type Numbered = Entry & { readonly line: number };

/** The lines of a text: those that name hosts plainly by these names, and all others, which must be tried on each name. */
interface Index {
  readonly plain: ReadonlyMap<string, readonly Numbered[]>;
  readonly others: readonly Numbered[];
}

function indexOf(knownHosts: string): Index {
  const plain = new Map<string, Numbered[]>();
  const others: Numbered[] = [];
  const entries = knownHosts.split("\n").flatMap((text, line) => parseLine(text).map((entry) => ({ ...entry, line })));
  for (const entry of entries) {
    if (/[|*?!]/.test(entry.names)) others.push(entry);
    else {
      for (const name of new Set(entry.names.toLowerCase().split(","))) {
        const same = plain.get(name);
        if (same === undefined) plain.set(name, [entry]);
        else same.push(entry);
      }
    }
  }
  return { plain, others };
}

/**
 * Looks hosts up in texts of known_hosts files. Lines that make no sense are passed over, as OpenSSH does; so are
 * `@cert-authority` lines, since ssh2 knows no certificates. A text is read once for as long as it is the same: a file with a
 * line for each of a thousand hosts would else be read a million lines long.
 */
export function createLookUp(): LookUp {
  let last: { readonly text: string; readonly index: Index } | undefined;
  return (knownHosts, address, port) => {
    if (last?.text !== knownHosts) last = { text: knownHosts, index: indexOf(knownHosts) };
    const name = knownName(address, port);
    const { plain, others } = last.index;
    const found = [...(plain.get(name) ?? []), ...others.filter((entry) => matches(entry.names, name))];
    found.sort((a, b) => a.line - b.line);
    const keys = (marker: string | undefined) =>
      found.filter((entry) => entry.marker === marker).map((entry) => entry.key);
    return { trusted: keys(undefined), revoked: keys("@revoked") };
  };
}

/** The line that makes a key known, without a newline. */
export function knownLine(address: string, port: number, key: HostKey): string {
  return `${knownName(address, port)} ${key.type} ${key.blob.toString("base64")}`;
}
