import { type Draft, isRefused } from "../draft.ts";
import { type Mistake, type Path, quoted } from "../mistake.ts";
import { group } from "../schema/hosts.ts";
import { suggest } from "../suggest.ts";

type Group = NonNullable<NonNullable<Draft["groups"]>[string]>;
type Entry = NonNullable<NonNullable<Draft["hosts"]>[number]>;

/** Where each setting of a host is written, by its key. Settings that add up have the place of the last. */
export type Origins = ReadonlyMap<string, Path>;

/** What a host is, from its groups and itself. */
interface Traits {
  readonly traits: Group;
  readonly origins: Origins;
  readonly mistakes: readonly Mistake[];
}

/** Not inherited: they make the host this one. */
const own = new Set(["name", "address", "internalAddress", "hostKey", "groups"]);

function unknownGroup(name: string, known: readonly string[], path: Path): Mistake {
  const meant = suggest(name, known);
  const hint = meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
  return { path, message: `${quoted(name)} is not a group of this inventory${hint}` };
}

/** Later over earlier: labels and taints add up, anything else is replaced. */
function add(to: Group, from: Group): Group {
  const labels = from.labels === undefined ? {} : { labels: { ...to.labels, ...from.labels } };
  const taints = from.taints === undefined ? {} : { taints: [...new Set([...(to.taints ?? []), ...from.taints])] };
  return { ...to, ...from, ...labels, ...taints };
}

/** Where a group is not known, a host may have any setting from it: given, and what it says is not known. */
const anySetting = Object.fromEntries(Object.keys(group.shape).map((key) => [key, undefined])) as Group;

/** The settings of a host: its groups' in their order, then its own. */
export function traitsOf(entry: Entry, draft: Pick<Draft, "groups">, at: Path): Traits {
  const { groups = {} } = draft;
  const names = (entry.groups ?? []).flatMap((name, index) => (name === undefined ? [] : [{ name, index }]));
  const mistakes = names.flatMap(({ name, index }) =>
    Object.hasOwn(groups, name) || isRefused(draft, "groups")
      ? []
      : [unknownGroup(name, Object.keys(groups), [...at, "groups", index])],
  );
  const layers = names.flatMap(({ name }) => {
    const settings = Object.hasOwn(groups, name) ? groups[name] : undefined;
    return settings === undefined ? [] : [{ settings, path: ["groups", name] as Path }];
  });
  const isWhole = !isRefused(entry, "groups") && layers.length === (entry.groups ?? []).length;
  const mine = Object.fromEntries(Object.entries(entry).filter(([key]) => !own.has(key))) as Group;
  const all = [...layers, { settings: mine, path: at }];
  const origins = all.flatMap(({ settings, path }) =>
    Object.keys(settings).map((key): [string, Path] => [key, [...path, key]]),
  );
  return {
    traits: all.reduce<Group>((sum, { settings }) => add(sum, settings), isWhole ? {} : anySetting),
    origins: new Map(origins),
    mistakes,
  };
}
