import { type Condition, judge, type Situation, wantsSecondReading } from "./condition.ts";
import type { Rule, SshConfig } from "./read.ts";

/** For whom settings are looked up. */
export interface Sought {
  readonly name: string;
  /** Who logs in, where that is decided already. */
  readonly user: string | undefined;
  readonly localUser: string;
}

/** What counts for one machine. */
export interface InForce {
  /** In order: the first of each keyword wins. */
  readonly rules: readonly Rule[];
  /** Lines that may count: a `Match` above them hangs on what Drover does not find out. */
  readonly undecided: readonly Rule[];
}

const firstWord = (rules: readonly Rule[], keyword: string) => rules.find((rule) => rule.keyword === keyword)?.words[0];

/** The name that HostName makes of a given one; ssh_config(5), TOKENS. */
export function hostNameIn(rules: readonly Rule[], name: string): string | undefined {
  return firstWord(rules, "hostname")?.replaceAll(/%([%h])/g, (_, token: string) => (token === "h" ? name : "%"));
}

function situationOf(rules: readonly Rule[], { name, user, localUser }: Sought, resolved?: string): Situation {
  return {
    original: name,
    name: resolved ?? name,
    hostName: resolved ?? hostNameIn(rules, name) ?? name,
    user: user ?? firstWord(rules, "user") ?? localUser,
    localUser,
    tag: firstWord(rules, "tag") ?? "",
    isSecondReading: resolved !== undefined,
  };
}

/** Reads from top to bottom, each condition judged once, where it stands, by what the lines above it have set. */
function readOnce(config: SshConfig, sought: Sought, before: InForce, resolved?: string): InForce {
  const [rules, undecided] = [[...before.rules], [...before.undecided]];
  const verdicts = new Map<Condition, boolean | undefined>();
  for (const rule of config) {
    const fresh = rule.when.filter((condition) => !verdicts.has(condition));
    const now = fresh.length === 0 ? undefined : situationOf(rules, sought, resolved);
    for (const condition of fresh) verdicts.set(condition, now && judge(condition, now));
    const held = rule.when.map((condition) => verdicts.get(condition));
    // What HostName stands for is settled by then.
    const isSettled = resolved !== undefined && rule.keyword === "hostname";
    if (held.includes(false) || isSettled) continue;
    (held.includes(undefined) ? undecided : rules).push(rule);
  }
  return { rules, undecided };
}

/** The lines that count for a machine, as OpenSSH finds them: read once, and once more if a `Match final` is anywhere. */
export function inForce(config: SshConfig, sought: Sought): InForce {
  const first = readOnce(config, sought, { rules: [], undecided: [] });
  const again = config.some(({ when }) => when.some(wantsSecondReading));
  if (!again) return first;
  const resolved = (hostNameIn(first.rules, sought.name) ?? sought.name).toLowerCase();
  return readOnce(config, sought, first, resolved);
}
