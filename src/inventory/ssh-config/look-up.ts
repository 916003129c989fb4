import { join } from "node:path";
import { hostNameIn, type InForce, inForce } from "./in-force.ts";
import type { Rule, SshConfig } from "./read.ts";

/** What ~/.ssh/config says of one machine; undefined where it says nothing. */
export interface SshSettings {
  readonly hostName: string | undefined;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Absolute paths of private keys, in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** The path of an agent's socket, or "none". */
  readonly identityAgent: string | undefined;
  /** As it is written: `[user@]host[:port]`, several with commas; never "none". */
  readonly proxyJump: string | undefined;
  readonly knownHostsFiles: readonly string[] | undefined;
  readonly hostKeyAlias: string | undefined;
  /** As it is written, tokens and all; never "none". */
  readonly proxyCommand: string | undefined;
  /** What a `Match` that Drover does not judge may change: the keyword, and where it stands, as `file:line`. */
  readonly undecided: ReadonlyMap<string, string>;
}

/** What else a lookup depends on. */
export interface LookUp {
  /** The operator's home folder, absolute. */
  readonly home: string;
  /** Who logs in, where the inventory says so. */
  readonly user?: string | undefined;
  /** The operator's name on this machine. */
  readonly localUser?: string | undefined;
}

const numberIn = (word: string | undefined) =>
  word !== undefined && /^\d{1,6}$/.test(word) ? Number(word) : undefined;
const unlessNone = (word: string | undefined) => (word?.toLowerCase() === "none" ? undefined : word);

/** ssh_config(5), TOKENS, as far as they are known before a connection; `~` is home. */
function expand(text: string, tokens: Readonly<Record<string, string | undefined>>): string {
  const filled = text.replaceAll(/%([%a-zA-Z])/g, (whole, token: string) =>
    token === "%" ? "%" : (tokens[token] ?? whole),
  );
  return filled.startsWith("~/") ? join(tokens["d"] ?? "", filled.slice(2)) : filled;
}

const keywords = [
  "hostname",
  "user",
  "port",
  "identityfile",
  "identitiesonly",
  "identityagent",
  "proxyjump",
  "proxycommand",
  "userknownhostsfile",
  "hostkeyalias",
] as const;

/** The keywords that a line may set which may count; of several with one value the first decides, if that one counts. */
function undecidedIn({ rules, undecided }: InForce): ReadonlyMap<string, string> {
  const adds = new Set<string>(["identityfile"]);
  const isSet = (keyword: string) => !adds.has(keyword) && rules.some((rule) => rule.keyword === keyword);
  return new Map(
    keywords.flatMap((keyword) => {
      const rule = isSet(keyword) ? undefined : undecided.find((one) => one.keyword === keyword);
      return rule === undefined ? [] : [[keyword, `${rule.file}:${rule.line}`]];
    }),
  );
}

/** How ProxyJump and ProxyCommand are set: whichever of the two comes first counts (ssh_config(5), ProxyJump). */
function proxiesIn(rules: readonly Rule[]): Pick<SshSettings, "proxyJump" | "proxyCommand"> {
  const first = rules.find(({ keyword }) => keyword === "proxyjump" || keyword === "proxycommand");
  const [jumps, runs] = [first?.keyword === "proxyjump", first?.keyword === "proxycommand"];
  return {
    proxyJump: jumps ? unlessNone(first?.words.join("")) : undefined,
    proxyCommand: runs ? unlessNone(first?.rest) : undefined,
  };
}

/** The settings of the machine that the operator calls by this name. The first value of each keyword wins. */
export function lookUpSsh(config: SshConfig, name: string, { home, user, localUser = "" }: LookUp): SshSettings {
  const force = inForce(config, { name, user, localUser });
  const first = (keyword: string): Rule | undefined => force.rules.find((rule) => rule.keyword === keyword);
  const word = (keyword: string): string | undefined => first(keyword)?.words[0];
  const hostName = hostNameIn(force.rules, name);
  const tokens = {
    d: home,
    h: hostName ?? name,
    n: name,
    p: word("port") ?? "22",
    r: user ?? word("user") ?? localUser,
    u: localUser,
  };
  const path = (text: string) => expand(text, tokens);
  const identities = force.rules.filter(({ keyword }) => keyword === "identityfile").flatMap(({ words }) => words);
  const agent = word("identityagent");
  return {
    hostName,
    user: word("user"),
    port: numberIn(word("port")),
    identityFiles: [...new Set(identities)].filter((file) => file.toLowerCase() !== "none").map(path),
    identitiesOnly: word("identitiesonly")?.toLowerCase() === "yes",
    identityAgent: agent === undefined || agent === "SSH_AUTH_SOCK" || agent.startsWith("$") ? undefined : path(agent),
    ...proxiesIn(force.rules),
    knownHostsFiles: first("userknownhostsfile")?.words.map(path),
    hostKeyAlias: word("hostkeyalias"),
    undecided: undecidedIn(force),
  };
}
