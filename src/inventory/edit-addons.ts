import { dump } from "js-yaml";
import { DroverError } from "../core/errors.ts";

/** What an addon is told, as the inventory writes it. */
export type AddonText = Readonly<Record<string, unknown>>;

interface Block {
  /** Its first line, and the line after its last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The text of an inventory with one addon added, changed or, with undefined, taken away. All other lines stay as they are;
 * comments inside the addon's own block are lost.
 * @throws DroverError `cli/usage` if `addons` is not written as a block, one addon below the other
 */
export function editAddon(text: string, key: string, wanted: AddonText | undefined): string {
  // What taking away the last one left is a block that another one can go into.
  const lines = text
    .replace(/\n$/, "")
    .replace(/^addons:[ \t]*\{[ \t]*\}/m, "addons:")
    .split("\n");
  const addons = findBlock(lines, { from: 0, to: lines.length }, "addons", 0);
  if (addons === undefined)
    return wanted === undefined ? text : `${lines.join("\n")}\naddons:\n${written(key, wanted, 2)}\n`;
  if (!/^addons:\s*(#.*)?$/.test(lines[addons.from] ?? "")) throw notABlock();
  const inner = { from: addons.from + 1, to: addons.to };
  const indent = childIndent(lines, inner) ?? 2;
  const own = findBlock(lines, inner, key, indent);
  const [from, to] = own === undefined ? [addons.to, addons.to] : [own.from, own.to];
  const middle = wanted === undefined ? [] : [written(key, wanted, indent)];
  const edited = [...lines.slice(0, from), ...middle, ...lines.slice(to)];
  return `${withoutEmptyAddons(edited, addons.from).join("\n")}\n`;
}

/** A key with nothing below it would be null, which the schema refuses. */
function withoutEmptyAddons(lines: readonly string[], at: number): readonly string[] {
  const left = findBlock(lines, { from: 0, to: lines.length }, "addons", 0);
  const isEmpty = left !== undefined && childIndent(lines, { from: at + 1, to: left.to }) === undefined;
  return isEmpty ? lines.with(at, (lines[at] ?? "").replace("addons:", "addons: {}")) : lines;
}

function written(key: string, value: AddonText, indent: number): string {
  const text = Object.keys(value).length === 0 ? `${key}: {}` : dump({ [key]: value }, { lineWidth: -1 }).trimEnd();
  return text
    .split("\n")
    .map((line) => " ".repeat(indent) + line)
    .join("\n");
}

function indentOf(line: string): number | undefined {
  return /^\s*(#|$)/.test(line) ? undefined : line.search(/\S/);
}

function childIndent(lines: readonly string[], { from, to }: Block): number | undefined {
  return lines
    .slice(from, to)
    .map(indentOf)
    .find((indent) => indent !== undefined);
}

/** A key's block within another: up to the next line that is not deeper, without the comments before that. */
function findBlock(lines: readonly string[], within: Block, key: string, indent: number): Block | undefined {
  const start = lines.findIndex(
    (line, index) => index >= within.from && index < within.to && indentOf(line) === indent && keyOf(line) === key,
  );
  if (start < 0) return undefined;
  let end = start + 1;
  for (let index = start + 1; index < within.to; index += 1) {
    const depth = indentOf(lines[index] ?? "");
    if (depth !== undefined && depth <= indent) break;
    if (depth !== undefined) end = index + 1;
  }
  return { from: start, to: end };
}

function keyOf(line: string): string | undefined {
  return /^\s*["']?([\w-]+)["']?\s*:/.exec(line)?.[1];
}

function notABlock(): DroverError {
  return new DroverError("cli/usage", "`addons` is written on one line, which Drover does not edit", {
    remedy: "Write the addons of the inventory one below the other, or edit the file by hand.",
  });
}
