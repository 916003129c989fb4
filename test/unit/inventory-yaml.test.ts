import { describe, expect, it } from "vitest";
import type { Path } from "../../src/inventory/mistake.ts";
import { codeFrame } from "../../src/inventory/yaml/code-frame.ts";
import { expandedSize } from "../../src/inventory/yaml/expanded-size.ts";
import { placeOf } from "../../src/inventory/yaml/line-column.ts";
import { readYaml, type YamlFile } from "../../src/inventory/yaml/read-yaml.ts";
import type { SourceFile } from "../../src/inventory/yaml/source-file.ts";
import { spotAt } from "../../src/inventory/yaml/spots.ts";
import { thrownBy } from "./inventory-support.ts";

const fileOf = (text: string): SourceFile => ({ name: "i.yaml", folder: "/", text });

function read(source: string): YamlFile {
  const file = readYaml(fileOf(source));
  if (file === undefined) throw new Error("holds no document");
  return file;
}

/** "line:column" of a path in a text. */
function place(source: string, path: Path): string {
  const { line, column } = placeOf(source, spotAt(read(source).spots.root, path).offset);
  return `${line}:${column}`;
}

describe("places", () => {
  const source = [
    "version: 1",
    "hosts:",
    "  - name: h1",
    '    "internal address": 1',
    "    roles: [a, 'b']",
    "  - &two",
    "    name: h2",
    "    labels: {x: {y: z}}",
    "  - *two",
    "  -",
    "  - |",
    "    text",
    "empty:",
    "last: # a comment",
    "  deep: 1",
  ].join("\n");

  it.each<[Path, string]>([
    [[], "1:1"],
    [["version"], "1:1"],
    [["hosts"], "2:1"],
    [["hosts", 0], "3:5"],
    [["hosts", 0, "name"], "3:5"],
    [["hosts", 0, "internal address"], "4:5"],
    [["hosts", 0, "roles", 0], "5:13"],
    [["hosts", 0, "roles", 1], "5:16"],
    [["hosts", 1, "name"], "7:5"],
    [["hosts", 1, "labels", "x"], "8:14"],
    [["hosts", 1, "labels", "x", "y"], "8:18"],
    [["hosts", 2], "9:5"],
    [["hosts", 3], "10:3"],
    [["empty"], "13:1"],
    [["last", "deep"], "15:3"],
  ])("%j is at %s", (path, expected) => {
    expect(place(source, path)).toBe(expected);
  });

  it("leads to what an alias stands for, where it is written", () => {
    expect(place(source, ["hosts", 2, "name"])).toBe("7:5");
  });

  it("falls back to the nearest thing above that is there", () => {
    expect(place(source, ["hosts", 0, "address"])).toBe("3:5");
    expect(place(source, ["ssh", "user"])).toBe("1:1");
    expect(place(source, ["hosts", 99, "name"])).toBe("2:1");
  });

  it("counts lines the same with Windows line ends", () => {
    expect(place("a: 1\r\nb:\r\n  c: 2\r\n", ["b", "c"])).toBe("3:3");
  });

  it("finds several empty items one after the other, and after an empty first", () => {
    const list = "a:\n  -\n  - # nothing - really\n  - x\n  -\n";
    expect([0, 1, 2, 3].map((index) => place(list, ["a", index]))).toEqual(["2:3", "3:3", "4:5", "5:3"]);
  });
});

describe("keys", () => {
  it("given twice are all found, at their second place", () => {
    const source = "a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n";
    const { spots } = read(source);
    expect(spots.mistakes).toEqual([
      { path: ["b", "c"], message: "is given twice" },
      { path: ["a"], message: "is given twice" },
      { path: ["a"], message: "is given twice" },
    ]);
    expect(place(source, ["b", "c"])).toBe("2:11");
  });

  it("called __proto__ are refused, since they would vanish", () => {
    expect(read("a: {__proto__: {b: 1}}").spots.mistakes.map(({ path }) => path)).toEqual([["a", "__proto__"]]);
  });
});

describe("YAML that is none", () => {
  it.each([
    ["a: [1, 2\nb: 3", "is not YAML"],
    ["a:\n\t- b", "2:1 is not YAML: tabs may not be used to indent; use spaces"],
    ["a: *nowhere", "unidentified alias"],
    ["a: !!python/object x", "unknown scalar tag"],
    ["? {a: 1}\n: 2", "is not YAML"],
    ["a: 'open", "is not YAML"],
  ])("%j is refused with its place and a frame", (source, words) => {
    const error = thrownBy(() => readYaml(fileOf(source)));
    expect(error.code).toBe("inventory/not-yaml");
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/^i\.yaml:\d+:\d+ /);
    expect(error.details.at(-1)).toMatch(/\^$/);
  });

  it("is two documents in one file", () => {
    expect(thrownBy(() => readYaml(fileOf("a: 1\n---\nb: 2\n"))).details).toEqual([
      "It holds 2 documents, divided by `---`; an inventory is one.",
    ]);
  });

  it.each(["", "\n\n", "# only words\n"])("is not an empty text: %j holds no document", (source) => {
    expect(readYaml(fileOf(source))).toBeUndefined();
  });
});

describe("anchors", () => {
  const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)];

  it("that stand for billions of values are refused at once", () => {
    const began = performance.now();
    const error = thrownBy(() => readYaml(fileOf(bomb.join("\n"))));
    expect(error.message).toBe("i.yaml repeats itself too often");
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  it("that hold themselves are refused", () => {
    expect(thrownBy(() => readYaml(fileOf("a: &a [*a]"))).code).toBe("inventory/not-yaml");
  });

  it("that are used a few times are fine", () => {
    expect(read("a: &a {x: 1}\nb: *a\nc: [*a, *a]").value).toEqual({
      a: { x: 1 },
      b: { x: 1 },
      c: [{ x: 1 }, { x: 1 }],
    });
  });

  it("count once for each use", () => {
    const shared = [1, 2];
    expect(expandedSize("x")).toBe(1);
    expect(expandedSize({ a: shared, b: [shared, shared] })).toBe(1 + 3 + (1 + 3 + 3));
  });
});

describe("a code frame", () => {
  it("shows the line, two before it, and the column", () => {
    expect(codeFrame("one\ntwo\nthree\nfour\nfive", { line: 4, column: 3 })).toEqual([
      "2 | two",
      "3 | three",
      "4 | four",
      "  |   ^",
    ]);
  });

  it("shows tabs as arrows and no control characters", () => {
    expect(codeFrame("\ta\u001b[31m\u0007", { line: 1, column: 1 })).toEqual(["1 | →a�[31m�", "  | ^"]);
  });

  it("cuts long lines", () => {
    expect(codeFrame("x".repeat(5000), { line: 1, column: 4000 }).map((line) => line.length)).toEqual([104, 104]);
  });

  it.each([
    ["password: hunter2", "password: ***"],
    ["  - registryPassword: hunter2 # mine", "  - registryPassword: ***"],
    ['"Secret": {a: hunter2', '"Secret": ***'],
    ["- { url: x, password: hunter2", " ***"],
    ["token: hunter2", "token: ***"],
  ])("hides what %j holds", (source, shown) => {
    expect(codeFrame(source, { line: 1, column: 1 })[0]).toBe(`1 | ${shown}`);
  });

  it("hides the lines that belong to a password", () => {
    const source = "a: 1\npassword: |\n  hunter2\n  hunter3\nb: [\n";
    expect(codeFrame(source, { line: 5, column: 1 }).join("\n")).not.toContain("hunter");
    expect(codeFrame(source, { line: 5, column: 1 })).toContain("5 | b: [");
  });

  it.each([
    "password: *hunter2",
    "password: !hunter2 x",
    "password:\n  *hunter2",
    "password: 'a' hunter2",
    "password: @hunter2",
  ])("and the reason beside it quote nothing of %j", (source) => {
    const error = thrownBy(() => readYaml(fileOf(`a: 1\n${source}\n`)));
    expect([error.message, error.remedy, ...error.details, String(error.cause)].join("\n")).not.toContain("hunter2");
  });
});
