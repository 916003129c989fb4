import { describe, expect, it } from "vitest";
import { editDistance, suggest } from "../../src/inventory/suggest.ts";

describe("edit distance", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "", 3],
    ["", "ab", 2],
    ["roles", "roels", 1],
    ["host", "hosts", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("between %j and %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe("suggestions", () => {
  const known = ["name", "address", "internalAddress", "roles", "gpu", "kube-api"];

  it.each([
    ["roels", "roles"],
    ["adress", "address"],
    ["internal_address", "internalAddress"],
    ["InternalAddress", "internalAddress"],
    ["kubeApi", "kube-api"],
    ["gpus", "gpu"],
    ["role", "roles"],
  ])("%s means %s", (word, meant) => {
    expect(suggest(word, known)).toBe(meant);
  });

  it.each(["taints", "x", "labels", ""])("%j means none of them", (word) => {
    expect(suggest(word, known)).toBeUndefined();
  });

  it("is silent about words too long to be a slip, and where nothing is known", () => {
    expect(suggest("r".repeat(61), ["r".repeat(61)])).toBeUndefined();
    expect(suggest("roles", [])).toBeUndefined();
  });
});
