import { describe, expect, it } from "vitest";
import { only, same, sameName } from "../../src/addons/objects-compare.ts";
import { canonical, sameValues } from "../../src/addons/same-values.ts";
import { isMapping, type Mapping } from "../../src/core/mapping.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

type Below = (limit: number) => number;

const leaves = [0, 1, "", "a", "1", true, false, "false", 10, -1.5];

/** Something as inventories and clusters hold it: at most so deep. */
function some(below: Below, depth: number): unknown {
  const kind = depth === 0 ? 0 : below(3);
  if (kind === 0) return leaves[below(leaves.length)];
  if (kind === 1) return Array.from({ length: below(4) }, () => some(below, depth - 1));
  return mapping(below, depth - 1);
}

function mapping(below: Below, depth: number): Mapping {
  const keys = ["a", "b", "c", "kind", "length", "0"].filter(() => below(2) === 0);
  return Object.fromEntries(keys.map((key) => [key, some(below, depth)]));
}

const object = (below: Below): Mapping => ({
  kind: "Thing",
  metadata: { name: "one", labels: mapping(below, 1) },
  spec: mapping(below, 2),
});

/** The same with keys that others added, anywhere but in lists of plain values. */
function withMore(value: unknown, below: Below): unknown {
  if (Array.isArray(value)) return value.map((one) => withMore(one, below));
  if (!isMapping(value)) return value;
  const inner = Object.entries(value).map(([key, one]) => [key, withMore(one, below)] as const);
  return Object.fromEntries([...inner, ["added", below(3)], ["zz", { by: "a webhook" }]].toSorted(() => below(3) - 1));
}

/** The ways to all leaves and empty collections. */
function placesIn(value: unknown): readonly (readonly (string | number)[])[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isMapping(value) ? Object.entries(value) : [];
  if (inner.length === 0) return [[]];
  return inner.flatMap(([key, one]) => placesIn(one).map((place) => [key, ...place]));
}

/** The same, but otherwise at one place. */
function changedAt(value: unknown, [first, ...rest]: readonly (string | number)[]): unknown {
  if (first === undefined) return "something else";
  if (Array.isArray(value)) return value.map((one, index) => (index === first ? changedAt(one, rest) : one));
  return isMapping(value) ? { ...value, [first]: changedAt(value[first], rest) } : value;
}

/** Keys in another order, and nulls where nothing was. */
function shuffled(value: unknown, below: Below): unknown {
  if (Array.isArray(value)) return value.map((one) => shuffled(one, below));
  if (!isMapping(value)) return value;
  const inner = Object.entries(value).map(([key, one]) => [key, shuffled(one, below)] as const);
  const nulls = below(2) === 0 ? [["none", null] as const] : [];
  return Object.fromEntries([...inner, ...nulls].toSorted(() => below(3) - 1));
}

const below = randomNumbers(11);
const objects = Array.from({ length: rounds(80) }, () => object(below));

describe("an object in a cluster", () => {
  it("is as it is wanted whatever others added to it", () => {
    for (const wanted of objects) expect(same(withMore(wanted, below) as Mapping, wanted)).toBe(true);
  });

  it("is not where a single thing that is wanted differs, however deep, or is not there", () => {
    for (const wanted of objects) {
      const changed = placesIn(wanted).map((place) => withMore(changedAt(wanted, place), below) as Mapping);
      expect(changed.filter((there) => same(there, wanted))).toEqual([]);
    }
  });

  it.each<[string, unknown, unknown, boolean]>([
    ["a list in another order", [1, 2], [2, 1], false],
    ["a list with one more", [1, 2, 3], [1, 2], false],
    ["a list with one less", [1], [1, 2], false],
    ["an empty list for one with something", [], [1], false],
    ["a mapping for a list", { 0: "a", length: 1 }, ["a"], false],
    ["a list for a mapping", ["a"], { 0: "a" }, false],
    ["a text for a mapping", "abc", { length: 3 }, false],
    ["a number for a text", 1, "1", false],
    ["nothing for false", undefined, false, false],
    ["null for a mapping", null, {}, false],
    ["objects in a list that have more", [{ a: 1, b: 2 }], [{ a: 1 }], true],
  ])("is judged by what is wanted of it: %s", (_, there, wanted, isSame) => {
    const of = (spec: unknown) => ({ kind: "Thing", metadata: { name: "one" }, spec });
    expect(same(of(there), of(wanted))).toBe(isSame);
  });

  it("is the one of its kind and name, and no other", () => {
    const named = (kind: string, name: string) => ({ kind, metadata: { name } });
    expect(sameName(named("A", "a"), { ...named("A", "a"), spec: {} })).toBe(true);
    for (const other of [named("A", "b"), named("B", "a"), named("a", "A")]) {
      expect(sameName(named("A", "a"), other)).toBe(false);
      expect(same(named("A", "a"), other)).toBe(false);
    }
  });

  it("is shown by the part of it that is wanted: nothing that others added, but all of a list", () => {
    const there = { a: 1, b: { c: 2, d: { e: 3, f: 4 }, g: 5 }, list: [{ x: 1, y: 2 }, 3], text: { h: 6 }, none: null };
    const wanted = { b: { c: 9, d: { e: 9 }, new: 9 }, list: [{ x: 1 }], text: "t", none: { i: 7 } };
    expect(only(there, wanted)).toEqual({
      b: { c: 2, d: { e: 3 }, new: undefined },
      list: [{ x: 1, y: 2 }, 3],
      text: { h: 6 },
      none: null,
    });
    for (const one of objects) expect(only(one, one)).toEqual(one);
  });
});

describe("values of a release", () => {
  it("are the same in whatever order, with nulls or without, and look the same then", () => {
    for (const values of objects) {
      const other = shuffled(values, below);
      expect(sameValues(values, other)).toBe(true);
      expect(JSON.stringify(canonical(other))).toBe(JSON.stringify(canonical(values)));
    }
  });

  it("are not where a single one differs", () => {
    for (const values of objects) {
      const changed = placesIn(values).map((place) => changedAt(values, place));
      expect(changed.filter((other) => sameValues(values, other))).toEqual([]);
    }
  });
});
