import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { parseInventory } from "../../src/inventory/parse.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";

const example = readFileSync(new URL("../../inventory.example.yaml", import.meta.url), "utf8")
  .replaceAll(/^(\s*)#(?=[^\s#])/gm, "$1")
  .replaceAll(/^\s*#.*\n/gm, "");

const pieces = [
  "\t",
  ":",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "!!int ",
  "'",
  '"',
  "\n",
  "  ",
  "|",
  "~",
  "\0",
  "é",
  "<<: ",
  "__proto__: ",
  "#",
  "-1",
  "1e999",
  ".nan",
  "? ",
  "%",
  "---\n",
];
const values = [
  "",
  "~",
  "[]",
  "{}",
  "x",
  "1",
  "-1",
  "true",
  "[[[]]]",
  "{a: {b: [c]}}",
  '""',
  "1.5",
  "*none",
  "- - -",
  "!!str",
  "0x7fffffffffffffff",
  "fe80::1%eth0",
  "2001:DB8::/129",
];

type Mutation = (text: string, pick: (below: number) => number) => string;

const mutations: readonly Mutation[] = [
  function cutsSomething(text, pick) {
    const at = pick(text.length);
    return text.slice(0, at) + text.slice(at + 1 + pick(20));
  },
  function putsSomethingIn(text, pick) {
    const at = pick(text.length);
    return text.slice(0, at) + pieces[pick(pieces.length)] + text.slice(at);
  },
  function changesValue(text, pick) {
    const lines = text.split("\n");
    const at = pick(lines.length);
    return lines.with(at, (lines[at] ?? "").replace(/:.*/, `: ${values[pick(values.length)]}`)).join("\n");
  },
  function repeatsLine(text, pick) {
    const lines = text.split("\n");
    return lines.toSpliced(pick(lines.length), 0, lines[pick(lines.length)] ?? "").join("\n");
  },
  function dropsLine(text, pick) {
    const lines = text.split("\n");
    return lines.toSpliced(pick(lines.length), 1).join("\n");
  },
  function indentsLine(text, pick) {
    const lines = text.split("\n");
    const at = pick(lines.length);
    return lines.with(at, " ".repeat(pick(5)) + (lines[at] ?? "")).join("\n");
  },
];

/** How reading a text ends: "good", the code of its error, or what else was thrown. */
function outcome(text: string): string {
  try {
    parseInventory(text, "i.yaml");
    return "good";
  } catch (thrown) {
    if (!(thrown instanceof DroverError)) return `${thrown}\n--- of\n${text}`;
    const wellFormed = thrown.details.every(
      (line) => thrown.code !== "inventory/invalid" || /^i\.yaml:\d+:\d+[: ]/.test(line),
    );
    return wellFormed && thrown.remedy !== "" ? thrown.code : `malformed: ${thrown.details.join("\n")}`;
  }
}

describe("a mutated inventory", () => {
  it.each(mutations.map((mutate) => [mutate.name, mutate] as const))(
    "never throws anything but a DroverError: one that %s",
    (name, mutate) => {
      const pick = randomNumbers(name.length);
      const seen = new Set<string>();
      for (let round = 0; round < 300; round += 1) {
        let text = mutate(example, pick);
        if (round % 3 === 0) text = mutate(mutate(text, pick), pick);
        seen.add(outcome(text));
      }
      const expected = ["good", "inventory/invalid", "inventory/not-yaml"];
      expect([...seen].filter((one) => !expected.includes(one))).toEqual([]);
      // Mutations that break nothing, or everything, would prove little.
      expect(seen.size).toBeGreaterThan(1);
    },
  );

  it("never throws anything else, however short it is cut", () => {
    const step = Math.ceil(example.length / 1_000);
    for (let end = 0; end < example.length; end += step) {
      expect(outcome(example.slice(0, end))).toMatch(/^(good|inventory\/(invalid|not-yaml))$/);
    }
  });
});
