import type { Draft } from "../draft.ts";
import type { Mistake, Path } from "../mistake.ts";
import { maxHosts } from "../schema/limits.ts";
import { expandRange, isRange } from "./range.ts";
import { type Origins, traitsOf } from "./traits.ts";

type Entry = NonNullable<NonNullable<Draft["hosts"]>[number]>;

/** The hosts of an inventory one by one, with their groups' settings. */
export interface ExpandedHosts {
  /** As `Draft.hosts`, but ranges are written out. undefined where the file has no list of hosts. */
  readonly hosts: Draft["hosts"];
  /** Where in the file a path of `hosts` is written: at the host's entry, or at the group that says it. */
  readonly locate: (path: Path) => Path;
  /** What is wrong with ranges and with the names of groups. */
  readonly mistakes: readonly Mistake[];
}

interface Expanded {
  readonly host: Entry | undefined;
  readonly at: Path;
  readonly origins: Origins;
}

const ranged = ["name", "address", "internalAddress"] as const;
type Ranged = (typeof ranged)[number];

const valuesOf = (text: string): readonly string[] => {
  const expansion = expandRange(text, maxHosts);
  return expansion.kind === "values" ? expansion.values : [];
};

/** How many hosts an entry stands for: as many as its name. */
function sizeOf(entry: Entry): number {
  return entry.name === undefined ? 1 : Math.max(1, valuesOf(entry.name).length);
}

/** The texts of one key, one for each host; undefined where the key says another number of hosts. */
function spread(entry: Entry, key: Ranged, size: number): readonly (string | undefined)[] {
  const text = entry[key] ?? (key === "address" && !("address" in entry) ? entry.name : undefined);
  const values = text === undefined ? [] : valuesOf(text);
  return Array.from({ length: size }, (_, index) => (values.length === size ? values[index] : undefined));
}

/** Addresses are taken in the order of the names, so they must be as many. */
function uneven(entry: Entry, at: Path): readonly Mistake[] {
  const size = sizeOf(entry);
  const counts = ranged.flatMap((key): Mistake[] => {
    const text = entry[key];
    if (key === "name" || text === undefined || entry.name === undefined) return [];
    const count = valuesOf(text).length;
    if (count === size) return [];
    const hosts = (n: number) => `${n} host${n === 1 ? "" : "s"}`;
    return [{ path: [...at, key], message: `stands for ${hosts(count)}, but the name for ${hosts(size)}` }];
  });
  if (size === 1 || entry.hostKey === undefined) return counts;
  const message = "belongs to one host, but the name stands for several; write them one by one to pin their keys";
  return [...counts, { path: [...at, "hostKey"], message }];
}

function expandEntry(entry: Entry, at: Path, draft: Draft): readonly Expanded[] {
  const size = sizeOf(entry);
  const { traits, origins } = traitsOf(entry, draft, at);
  const texts = ranged.map((key) => ({ key, values: spread(entry, key, size) }));
  return Array.from({ length: size }, (_, index) => {
    const own = texts.flatMap(({ key, values }) =>
      key in entry || values[index] !== undefined ? [[key, values[index]]] : [],
    );
    const hostKey = size === 1 && "hostKey" in entry ? { hostKey: entry.hostKey } : {};
    // Safe: each value passed the schema under this very key; ranges are checked to stand for such values.
    const host = { ...Object.fromEntries(own), ...hostKey, ...traits } as Entry;
    return { host, at, origins };
  });
}

/** Writes out what `draft.hosts` says. Pure; nothing is written out that would be more than 1,000 hosts. */
export function expandHosts(draft: Draft): ExpandedHosts {
  const entries = (draft.hosts ?? []).map((entry, index) => ({ entry, at: ["hosts", index] as Path }));
  const count = entries.reduce((sum, { entry }) => sum + (entry === undefined ? 1 : sizeOf(entry)), 0);
  if (draft.hosts === undefined || count > maxHosts) {
    return { hosts: undefined, locate: locator([]), mistakes: tooMany(draft.hosts ?? [], count) };
  }
  const expanded = entries.flatMap(({ entry, at }): readonly Expanded[] =>
    entry === undefined ? [{ host: undefined, at, origins: new Map() }] : expandEntry(entry, at, draft),
  );
  const mistakes = entries.flatMap(({ entry, at }) =>
    entry === undefined ? [] : [...uneven(entry, at), ...traitsOf(entry, draft, at).mistakes],
  );
  return { hosts: expanded.map(({ host }) => host), locate: locator(expanded), mistakes };
}

/** Where no entry is a range, the schema has said already that the list is too long. */
function tooMany(entries: readonly (Entry | undefined)[], count: number): readonly Mistake[] {
  if (!entries.some((entry) => entry?.name !== undefined && isRange(entry.name))) return [];
  return [{ path: ["hosts"], message: `stand for ${count} hosts; Drover builds clusters of up to ${maxHosts}` }];
}

function locator(expanded: readonly Expanded[]): ExpandedHosts["locate"] {
  return (path) => {
    const [list, index, key, ...rest] = path;
    const found = list === "hosts" && typeof index === "number" ? expanded[index] : undefined;
    if (found === undefined) return path;
    if (key === undefined) return found.at;
    return [...(found.origins.get(String(key)) ?? [...found.at, key]), ...rest];
  };
}
