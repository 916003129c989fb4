import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { isMapping, type Mapping } from "../../src/core/mapping.ts";
import { type Document, readDocument } from "../../src/inventory/document.ts";
import { mergeDocuments } from "../../src/inventory/merge-documents.ts";
import { type Path, pathText, valueAt } from "../../src/inventory/mistake.ts";
import { placeOf, placesIn } from "../../src/inventory/yaml/line-column.ts";
import { spotAt } from "../../src/inventory/yaml/spots.ts";
import { mergePatch } from "../../src/templates/merge-patch.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";

type Below = (below: number) => number;
const keys = ["a", "b", "name", "two words", "x.y/z", "7", "- dash", "true", "#", "é"];
const scalars = [
  "text",
  "a: b",
  "- x",
  "",
  "'",
  '"',
  "two\nlines\n",
  " blank ",
  "~x",
  "0644",
  "no",
  7,
  -1.5,
  true,
  null,
];

function anyValue(below: Below, depth: number): unknown {
  const kind = below(depth > 3 ? 1 : 4);
  if (kind === 0) return scalars[below(scalars.length)];
  if (kind === 1) return Array.from({ length: below(4) }, () => anyValue(below, depth + 1));
  return anyMapping(below, depth);
}

function anyMapping(below: Below, depth = 0): Mapping {
  const entries = Array.from({ length: below(5) }, () => [keys[below(keys.length)], anyValue(below, depth + 1)]);
  return Object.fromEntries(entries);
}

/** The same value in any of the styles that YAML has. */
function written(value: Mapping, below: Below): string {
  const styles = [
    () => JSON.stringify(value),
    () => JSON.stringify(value, null, 3),
    () => stringify(value, { version: "1.2" }),
    () => stringify(value, { indent: 4, indentSeq: false }),
    () => stringify(value, { defaultStringType: "QUOTE_SINGLE", lineWidth: 20 }),
    () => stringify(value, { collectionStyle: "flow", lineWidth: 0 }),
    () => `# before\n\n${stringify(value, { defaultKeyType: "QUOTE_DOUBLE" }).replaceAll("\n", "\r\n")}# after`,
  ];
  return styles[below(styles.length)]?.() ?? "";
}

const documentOf = (text: string, name = "i.yaml"): Document => readDocument({ name, folder: "/", text });

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : Object.entries(isMapping(value) ? value : {}).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return [path, ...below];
}

/** Whether a text goes on with this value, or with its key: bare, in quotes of either kind, or as the dash of an empty one. */
function isWritten(rest: string, word: unknown): boolean {
  if (typeof word === "object" && word !== null) return true;
  if (word === null) return /^(null|~|-|$)/.test(rest);
  const text = String(word);
  const starts = [`'${text.replaceAll("'", "''")}`, JSON.stringify(word), ...(text.trim() === "" ? [] : [text.trim()])];
  return starts.some((start) => rest.trimStart().startsWith(start.slice(0, 3)));
}

const below = randomNumbers(23);
const documents = Array.from({ length: 400 }, () => {
  const value = anyMapping(below);
  return { value, text: written(value, below) };
}).filter(({ text }) => load(text) !== null);

describe("any YAML document", () => {
  it("has the value that is written there", () => {
    for (const { value, text } of documents) expect(documentOf(text).value, text).toEqual(value);
  });

  it("has each key and each item where its text begins", () => {
    for (const { value, text } of documents) {
      const { root } = documentOf(text);
      for (const path of pathsIn(value)) {
        const [last, rest] = [path.at(-1), text.slice(spotAt(root, path).offset)];
        const word = typeof last === "string" ? last : valueAt(value, path);
        expect(isWritten(rest, word), `${pathText(path)} of ${text}: ${rest.slice(0, 20)}`).toBe(true);
      }
      const offsets = Object.keys(value).map((key) => spotAt(root, [key]).offset);
      expect(new Set(offsets).size, text).toBe(offsets.length);
    }
  });

  it("has the place of the nearest part above for what is not there", () => {
    for (const { value, text } of documents) {
      const { root } = documentOf(text);
      for (const path of pathsIn(value))
        expect(spotAt(root, [...path, "nobody", 3]).offset, text).toBe(spotAt(root, path).offset);
    }
  });

  it("is counted in lines and columns as an editor does it", () => {
    for (const { text } of documents) {
      const placeIn = placesIn(text);
      for (let offset = 0; offset <= text.length; offset += 1 + below(9)) {
        const before = text.slice(0, offset).split("\n");
        const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
        expect(placeIn(offset)).toEqual(place);
        if (below(20) === 0) expect(placeOf(text, offset)).toEqual(place);
      }
      expect([placeOf(text, -5), placeOf(text, text.length + 5)]).toEqual([
        { line: 1, column: 1 },
        placeOf(text, text.length),
      ]);
    }
  });
});

/** A null over nothing stays one, for the schema to refuse. */
function withoutNulls(over: unknown, base: unknown): unknown {
  if (!isMapping(over)) return over;
  const own = isMapping(base) ? base : {};
  return Object.fromEntries(
    Object.entries(over).flatMap(([key, value]) =>
      value === null && !Object.hasOwn(own, key) ? [] : [[key, withoutNulls(value, own[key])]],
    ),
  );
}

describe("any document over another", () => {
  const pairs = documents.flatMap((base, index) => {
    const over = documents[(index * 7 + 1) % documents.length];
    return over === undefined ? [] : [{ base, over }];
  });

  it("is a JSON merge patch, but that a null over nothing is not lost", () => {
    for (const { base, over } of pairs) {
      const merged = mergeDocuments(documentOf(base.text), documentOf(over.text)).value;
      const patch = withoutNulls(over.value, base.value) as Mapping;
      const wanted = mergePatch(base.value, patch);
      expect(withoutNulls(merged, base.value), `${base.text}\n---\n${over.text}`).toEqual(
        withoutNulls(wanted, base.value),
      );
    }
  });

  it("has each part in the file that says it last", () => {
    for (const { base, over } of pairs) {
      const [below, above] = [documentOf(base.text, "base"), documentOf(over.text, "over")];
      const merged = mergeDocuments(below, above);
      for (const path of pathsIn(merged.value).slice(1)) {
        const spot = spotAt(merged.root, path);
        const from = spot.file.name === "over" ? above : below;
        expect(spotAt(from.root, path).offset, pathText(path)).toBe(spot.offset);
        if (spotAt(above.root, path) !== spotAt(above.root, path.slice(0, -1)))
          expect(spot.file.name, pathText(path)).toBe("over");
      }
    }
  });

  it("tells the mistakes of both, those of the lower first", () => {
    const twice = (name: string) => documentOf("a: 1\na: 2\n", name);
    const merged = mergeDocuments(twice("base"), twice("over"));
    expect(merged.mistakes.map(({ path, spot }) => [pathText(path), spot.file.name, spot.offset])).toEqual([
      ["a", "base", 5],
      ["a", "over", 5],
    ]);
  });
});
