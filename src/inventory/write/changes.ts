import { isDeepStrictEqual } from "node:util";
import { isMapping } from "../../core/mapping.ts";
import type { Path } from "../mistake.ts";

/** One place of an inventory that gets another value; undefined: it goes. */
export interface ValueChange {
  readonly path: Path;
  readonly value: unknown;
}

/** What tells the items of a list apart, in the words of inventories. */
function identity(item: unknown): unknown {
  return isMapping(item) ? (item["name"] ?? item["url"] ?? item["address"]) : undefined;
}

/** Item by item, for lists whose items have names: changed ones, ones that go (the last first), then new ones at the end. */
function itemChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  path: Path,
): readonly ValueChange[] | undefined {
  const [old, wanted] = [before.map(identity), after.map(identity)];
  const survivors = old.filter((one) => wanted.includes(one));
  const hasNames = [old, wanted].every((all) => new Set(all).size === all.length && !all.includes(undefined));
  if (!hasNames || survivors.length === 0 || survivors.some((one, index) => wanted[index] !== one)) return undefined;
  const changed = before.flatMap((item, index) => {
    const next = after[wanted.indexOf(old[index])];
    return next === undefined ? [] : changesBetween(item, next, [...path, index]);
  });
  const gone = old.flatMap((one, index) =>
    wanted.includes(one) ? [] : [{ path: [...path, index], value: undefined }],
  );
  const added = after
    .slice(survivors.length)
    .map((value, index) => ({ path: [...path, survivors.length + index], value }));
  return [...changed, ...gone.toReversed(), ...added];
}

/** The smallest places that turn one value into another: maps are compared key by key, lists of named things one by one. */
export function changesBetween(before: unknown, after: unknown, path: Path = []): readonly ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      Object.hasOwn(before, key) && Object.hasOwn(after, key)
        ? changesBetween(before[key], after[key], [...path, key])
        : [{ path: [...path, key], value: after[key] }],
    );
  }
  const items = Array.isArray(before) && Array.isArray(after) ? itemChanges(before, after, path) : undefined;
  return items ?? [{ path, value: after }];
}
