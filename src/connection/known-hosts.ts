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

/**
 * The keys that the text of a known_hosts file gives for a host. Lines that make no sense are passed over, as OpenSSH
 * does; so are `@cert-authority` lines, since ssh2 knows no certificates.
 */
export function lookUp(knownHosts: string, address: string, port: number): KnownKeys {
  const name = knownName(address, port);
  const entries = knownHosts.split("\n").flatMap(parseLine);
  const keys = (marker: string | undefined) =>
    entries.filter((entry) => entry.marker === marker && matches(entry.names, name)).map((entry) => entry.key);
  return { trusted: keys(undefined), revoked: keys("@revoked") };
}

/** The line that makes a key known, without a newline. */
export function knownLine(address: string, port: number, key: HostKey): string {
  return `${knownName(address, port)} ${key.type} ${key.blob.toString("base64")}`;
}
