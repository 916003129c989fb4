import { describe, expect, it } from "vitest";
import { isMapping } from "../../src/core/mapping.ts";

describe("a mapping", () => {
  it.each([{}, { a: 1 }, Object.create(null), JSON.parse('{"__proto__": 1}')])("is %j", (value) => {
    expect(isMapping(value)).toBe(true);
  });

  it.each([null, undefined, "", "a: 1", 0, true, [], [{ a: 1 }], () => ({})])("is not %j", (value) => {
    expect(isMapping(value)).toBe(false);
  });
});
