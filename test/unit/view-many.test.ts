import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/core/events.ts";
import { hidden, maskValues } from "../../src/templates/mask.ts";
import { renderError } from "../../src/view/error.ts";
import { meshMatrix } from "../../src/view/mesh-matrix.ts";
import { paint } from "../../src/view/paint.ts";
import { meshSection } from "../../src/view/report/mesh.ts";
import { renderReport } from "../../src/view/report/page.ts";
import { reportData } from "./support/report-world.ts";

/** A value that counts how often it was looked at. */
function counted<T extends object>(value: T, name: keyof T, count: () => void): T {
  return Object.defineProperty({ ...value }, name, {
    enumerable: true,
    get: () => {
      count();
      return value[name];
    },
  });
}

describe("what is shown of many hosts", () => {
  const names = Array.from({ length: 60 }, (_, index) => `node-${index}`);
  const directions = names.flatMap((from) =>
    names.filter((to) => to !== from).map((to) => ({ from, to, text: "0.3 ms", good: true })),
  );

  it("looks at each direction of the mesh a few times, however many there are", () => {
    let looks = 0;
    const mesh = directions.map((cell) => counted(cell, "to", () => (looks += 1)));
    const data = reportData();
    const live = { ...(data.live ?? expect.fail()), mesh };
    expect(meshSection({ ...data, live })).toBeDefined();
    expect(looks).toBeLessThan(6 * directions.length);
    looks = 0;
    expect(meshMatrix(mesh, { paint: paint(false), width: 100 })).toEqual([
      "",
      "Who reaches whom (rows to columns)",
      `  ${directions.length} of ${directions.length} directions are well`,
    ]);
    expect(looks).toBeLessThan(6 * directions.length);
  });

  it("looks at each failure a few times, though each has a reason of its own", () => {
    let looks = 0;
    const failures = names.map((host, index): Failure => {
      const one = { code: "internal/bug", message: `reason ${index}`, host, remedy: "r", details: [] } as const;
      return counted<Failure>(one, "message", () => {
        looks += 1;
      });
    });
    const text = renderError(failures, { color: false, width: 80, journal: undefined });
    expect(text.match(/^Error internal\/bug: reason \d+$/gm)).toHaveLength(names.length);
    expect(looks).toBeLessThan(8 * names.length);
  });

  it("names a host once whose failure was told twice, and a failure of a strange code harmlessly", () => {
    const failure = {
      code: "internal/bug",
      message: "m",
      host: "a",
      step: "s\u001b/x",
      remedy: "r",
      details: [],
    } as const;
    expect(renderError([failure, failure], { color: false, width: 80, journal: undefined })).toBe(
      "Error internal/bug: m\n  where:  a: s\\x1b/x\n  to do:  r\n",
    );
  });

  it.each([
    [0, "0 hosts"],
    [1, "1 host"],
    [2, "2 hosts"],
  ])("counts the hosts of a report as people count: %d", (amount, said) => {
    const { hosts } = reportData();
    const page = renderReport(reportData({ hosts: Array(amount).fill(hosts[0]) }), "");
    expect(page).toContain(`, ${said}. Written`);
  });
});

describe("values that are hidden by their place", () => {
  it.each<[unknown, unknown, unknown]>([
    [{ a: 1, b: 2 }, { a: "x" }, { a: hidden, b: 2 }],
    [{ a: { b: 1, c: 2 } }, { a: { b: "x" } }, { a: { b: hidden, c: 2 } }],
    [{ a: [1, 2] }, { a: { "0": "x" } }, { a: hidden }],
    [{ a: 1 }, { a: { b: "x" } }, { a: hidden }],
    [{ a: { b: 1 } }, { a: "x" }, { a: hidden }],
    [{}, { a: "x" }, {}],
    [{ a: 1 }, undefined, { a: 1 }],
    [undefined, { a: "x" }, undefined],
    [
      { constructor: 1, toString: { a: 1 }, valueOf: 2 },
      { a: "x" },
      { constructor: 1, toString: { a: 1 }, valueOf: 2 },
    ],
    [{ constructor: 1 }, { constructor: "x" }, { constructor: hidden }],
  ])("%j with %j hidden is %j", (value, sensitive, shown) => {
    expect(maskValues(value, sensitive)).toEqual(shown);
  });
});
