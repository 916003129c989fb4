import { join } from "node:path";
import { matchesPatterns } from "./patterns.ts";
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
  /** Where a ProxyCommand stands that Drover would have to run, `file:line`. */
  readonly proxyCommand: string | undefined;
}

/** What else a lookup depends on. */
export interface LookUp {
  /** The operator's home folder, absolute. */
  readonly home: string;
  /** Who logs in, where the inventory says so. */
  readonly user?: string | undefined;
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

/** The settings of the machine that the operator calls by this name. The first value of each keyword wins. */
export function lookUpSsh(config: SshConfig, name: string, { home, user }: LookUp): SshSettings {
  const fitting = config.filter((rule) => rule.hosts.every((patterns) => matchesPatterns(patterns, name)));
  const first = (keyword: string): Rule | undefined => fitting.find((rule) => rule.keyword === keyword);
  const word = (keyword: string): string | undefined => first(keyword)?.words[0];
  const hostName = word("hostname")?.replaceAll("%h", name).replaceAll("%%", "%");
  const login = user ?? word("user");
  const tokens = { d: home, h: hostName ?? name, n: name, r: login, p: word("port") ?? "22" };
  const path = (text: string) => expand(text, tokens);
  const identities = fitting.filter((rule) => rule.keyword === "identityfile").flatMap(({ words }) => words);
  const agent = word("identityagent");
  const jump = first("proxyjump");
  const command = first("proxycommand");
  // Whichever of the two comes first counts (ssh_config(5), ProxyJump).
  const jumps = jump !== undefined && (command === undefined || fitting.indexOf(jump) < fitting.indexOf(command));
  const runs = command !== undefined && !jumps && unlessNone(command.words[0]) !== undefined;
  return {
    hostName,
    user: word("user"),
    port: numberIn(word("port")),
    identityFiles: identities.filter((file) => file.toLowerCase() !== "none").map(path),
    identitiesOnly: word("identitiesonly")?.toLowerCase() === "yes",
    identityAgent: agent === undefined || agent === "SSH_AUTH_SOCK" || agent.startsWith("$") ? undefined : path(agent),
    proxyJump: jumps ? unlessNone(jump.words.join("")) : undefined,
    knownHostsFiles: first("userknownhostsfile")?.words.map(path),
    hostKeyAlias: word("hostkeyalias"),
    proxyCommand: runs ? `${command.file}:${command.line}` : undefined,
  };
}
