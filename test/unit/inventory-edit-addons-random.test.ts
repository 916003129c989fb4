import { dump } from "js-yaml";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { type AddonText, editAddon } from "../../src/inventory/edit-addons.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const keys = ["rancher", "metallb", "kubeVip", "certManager", "addons"] as const;
const values: readonly AddonText[] = [
  {},
  { addresses: ["10.0.0.1-10.0.0.9", "x: y"] },
  { hostname: "r.example.com", tls: { source: "secret", key: "env:K # no comment" } },
  { text: "two\nlines\n\n# not a comment\nend" },
  { "odd key": null, number: "0644", yes: "no", empty: [], deep: { map: {} } },
];
const noise = ["", "  # about what follows", "# ours: not a key", "   "];

/** An inventory with some addons in block style, at some indent, with comments and empty lines between all. */
function inventory(below: (limit: number) => number) {
  const indent = 1 + below(4);
  const chosen = keys.filter(() => below(2) === 0);
  const parts = chosen.map((key) => {
    const text = dump({ [key]: values[below(values.length)] ?? {} }, { lineWidth: -1 }).trimEnd();
    const block = text.split("\n").map((line) => (line === "" ? "" : " ".repeat(indent) + line));
    return [...(below(2) === 0 ? [noise[below(noise.length)] ?? ""] : []), ...block];
  });
  const addons = parts.length === 0 ? [] : [`addons:${below(2) === 0 ? " # what runs in it" : ""}`, ...parts.flat()];
  const [before, after] = [
    ["version: 1 # the format", "cluster: { name: addons }"],
    ["", "# the last part", "proxy:", "  http: http://p:1"],
  ];
  const text = [...before, ...addons, ...(below(2) === 0 ? after : [])].join("\n");
  return { text: below(3) === 0 ? text : `${text}\n` };
}

/** Lines of comments: of those that stand outside of the addon's own block none may go. */
const comments = (text: string) =>
  text.split("\n").filter((line) => /^\s*# (about|ours|the last)|# what runs/.test(line)).length;

it("an addon that is added, changed or taken away is what it was told, and nothing else is changed", () => {
  const below = randomNumbers(20_261_122);
  for (let round = 0; round < rounds(100); round += 1) {
    const { text } = inventory(below);
    const before = parse(text) as { addons?: Record<string, unknown> };
    const key = keys[below(keys.length)] ?? "rancher";
    const wanted = below(3) === 0 ? undefined : values[below(values.length)];
    const edited = editAddon(text, key, wanted);
    const { [key]: _, ...others } = before.addons ?? {};
    const addons = wanted === undefined ? others : { ...others, [key]: wanted };
    const isUntouched = wanted === undefined && before.addons === undefined;
    expect(parse(edited), `${key} in\n${text}`).toEqual(isUntouched ? before : { ...before, addons });
    expect(comments(edited), `comments of\n${text}`).toBe(comments(text));
    // The same once more changes nothing, and what was added can be taken away again.
    expect(editAddon(edited, key, wanted)).toBe(edited);
    const gone = parse(editAddon(edited, key, undefined)) as typeof before;
    expect(gone.addons ?? {}).toEqual(others);
  }
});
