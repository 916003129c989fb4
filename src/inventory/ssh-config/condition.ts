import type { Directive } from "./parse.ts";
import { matchesPatterns } from "./patterns.ts";

/** One demand of a `Match` line, as `!user root,admin`. */
interface Criterion {
  /** In lower case. */
  readonly attribute: string;
  readonly negated: boolean;
  /** Patterns with commas between; undefined for those that take none. */
  readonly argument: string | undefined;
}

/** For whom the lines below a `Host` or `Match` line count. */
export type Condition =
  | { readonly kind: "host"; readonly patterns: readonly string[] }
  | { readonly kind: "match"; readonly criteria: readonly Criterion[] };

/** What conditions are held against: what is known when their line is reached (readconf.c, match_cfg_line). */
export interface Situation {
  /** The name as it was given. */
  readonly original: string;
  /** The name that `Host` lines see: the given one, in the second reading the one that it stands for. */
  readonly name: string;
  /** What HostName has made of it so far. */
  readonly hostName: string;
  readonly user: string;
  /** Whose machine this is. */
  readonly localUser: string;
  /** What a `Tag` line said. */
  readonly tag: string;
  readonly isSecondReading: boolean;
}

/** `undefined`: what decides it is not ours to find out. */
type Verdict = boolean | undefined;

const alone = new Set(["all", "canonical", "final"]);

function criteriaOf(words: readonly string[]): readonly Criterion[] {
  const parts = words.flatMap((word) => /^(!?\w+)=(.+)$/.exec(word)?.slice(1, 3) ?? [word]);
  const criteria: Criterion[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const word = parts[at] ?? "";
    const attribute = word.replace(/^!/, "").toLowerCase();
    if (!alone.has(attribute)) at += 1;
    criteria.push({ attribute, negated: word.startsWith("!"), argument: alone.has(attribute) ? undefined : parts[at] });
  }
  return criteria;
}

/** What a `Host` or `Match` line demands; undefined for other lines. */
export function conditionOf({ keyword, words }: Directive): Condition | undefined {
  if (keyword === "host") return { kind: "host", patterns: words };
  return keyword === "match" ? { kind: "match", criteria: criteriaOf(words) } : undefined;
}

/** Whether OpenSSH reads everything a second time because of it. */
export function wantsSecondReading(condition: Condition): boolean {
  return condition.kind === "match" && condition.criteria.some(({ attribute }) => attribute === "final");
}

const fits = (argument: string | undefined, text: string, hasCase = false): Verdict =>
  argument === undefined ? undefined : matchesPatterns(argument.split(","), text, hasCase);

/**
 * `exec` would start programs while an inventory is read, `localnetwork` asks this machine's interfaces: those, and what
 * newer versions of OpenSSH add, are not judged.
 */
function judgeOne({ attribute, negated, argument }: Criterion, now: Situation): Verdict {
  const verdicts: Readonly<Record<string, () => Verdict>> = {
    all: () => true,
    canonical: () => now.isSecondReading,
    final: () => now.isSecondReading,
    host: () => fits(argument, now.hostName),
    originalhost: () => fits(argument, now.original),
    user: () => fits(argument, now.user, true),
    localuser: () => fits(argument, now.localUser, true),
    tagged: () => fits(argument, now.tag, true),
  };
  const verdict = Object.hasOwn(verdicts, attribute) ? verdicts[attribute]?.() : undefined;
  return verdict === undefined ? undefined : verdict !== negated;
}

/** Whether the lines below it count. undefined: it hangs on what is not ours to find out. */
export function judge(condition: Condition, now: Situation): Verdict {
  // `Host` knows capital letters, `Match host` does not: as OpenSSH, which lowers only the latter (measured, 9.2).
  if (condition.kind === "host") return matchesPatterns(condition.patterns, now.name, true);
  const verdicts = condition.criteria.map((criterion) => judgeOne(criterion, now));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}
