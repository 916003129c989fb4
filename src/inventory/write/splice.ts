import { type Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { pathText } from "../mistake.ts";
import type { ValueChange } from "./changes.ts";
import type { Comments } from "./example-comments.ts";
import { renderEntry, renderInline } from "./render.ts";

/** A piece of text that takes the place of another. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The place of a key in the example: positions in lists are all the same there. */
function examplePath(path: ValueChange["path"]): string {
  return pathText(path).replaceAll(/\[\d+\]/g, "[]");
}

/** The end of the line on which something ends, before its newline. */
function lineEnd(source: string, offset: number): number {
  const at = source[offset - 1] === "\n" ? offset - 1 : source.indexOf("\n", offset);
  return at < 0 ? source.length : at;
}

function columnOf(source: string, offset: number): number {
  return offset - (source.lastIndexOf("\n", offset - 1) + 1);
}

function endOf(item: unknown): number | undefined {
  const pair = (item ?? {}) as Partial<Pair<Node, Node | null>>;
  if (isScalar(item) || isCollection(item)) return item.range?.[1];
  return pair.value?.range?.[1] ?? pair.key?.range?.[1];
}

function startOf(item: unknown): number | undefined {
  return isScalar(item) || isCollection(item)
    ? item.range?.[0]
    : (item as Partial<Pair<Node>> | undefined)?.key?.range?.[0];
}

/** Whether an empty line is above what comes next, its comments counted as part of it. */
function standsApart(before: string): boolean {
  return /\n[ \t]*\n(?:[ \t]*#[^\n]*\n)*[ \t]*(?:-[ \t]+)?$/.test(before);
}

/** Another entry behind the last one of a collection, in its style and at its indentation. */
function append(source: string, parent: unknown, change: ValueChange, comments: Comments): Splice | undefined {
  if (!isCollection(parent)) return undefined;
  const [first, last] = [parent.items[0], parent.items.at(-1)];
  const [start, end] = [startOf(first), endOf(last)];
  if (start === undefined || end === undefined) return undefined;
  const key = isMap(parent) ? String(change.path.at(-1)) : undefined;
  if (parent.flow === true) {
    return { from: end, to: end, text: `, ${key === undefined ? "" : `${key}: `}${renderInline(change.value)}` };
  }
  const dash = isSeq(parent) ? source.lastIndexOf("-", start) : start;
  const indent = " ".repeat(columnOf(source, dash));
  const parentPath = examplePath(change.path.slice(0, -1));
  const lines = renderEntry(key, change.value, parentPath, comments);
  const isApart = parent.items.slice(1).some((item) => standsApart(source.slice(0, startOf(item))));
  const gap = isApart ? "\n" : "";
  const at = lineEnd(source, end);
  return { from: at, to: at, text: `\n${gap}${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}` };
}

/** The lines of an entry that goes, with the newline behind them. What is written above it stays: it may be about more. */
function remove(source: string, parent: unknown, { path }: ValueChange): Splice | undefined {
  if (!isCollection(parent) || parent.flow === true || parent.items.length < 2) return undefined;
  const isIt = (item: unknown, index: number): boolean => {
    const key = (item as Partial<Pair<Node>>).key;
    return isSeq(parent) ? index === path.at(-1) : isScalar(key) && String(key.value) === String(path.at(-1));
  };
  const item = parent.items.find(isIt);
  const [start, end] = [startOf(item), endOf(item)];
  if (item === undefined || start === undefined || end === undefined) return undefined;
  const from = start - columnOf(source, start);
  if (!/^[\s-]*$/.test(source.slice(from, start))) return undefined;
  const after = Math.min(source.length, lineEnd(source, end) + 1);
  // Of the empty lines around it one goes along.
  const blank = /^[ \t]*\r?\n/.exec(source.slice(after))?.[0] ?? "";
  return { from, to: after + (isSeq(parent) ? blank.length : 0), text: "" };
}

/** The change as one splice of the source; undefined where it takes more than that. */
export function spliceOf(
  source: string,
  document: Document,
  change: ValueChange,
  comments: Comments,
): Splice | undefined {
  const parent = change.path.length === 1 ? document.contents : document.getIn(change.path.slice(0, -1), true);
  if (change.value === undefined) return remove(source, parent, change);
  if (!document.hasIn(change.path)) return append(source, parent, change, comments);
  const node = document.getIn(change.path, true);
  const inline = isScalar(node) || (isCollection(node) && node.flow === true);
  const range = inline ? node.range : undefined;
  if (range === undefined || range === null) return undefined;
  // Behind a colon without a value there is no blank yet.
  const text = range[0] === range[1] ? ` ${renderInline(change.value)}` : renderInline(change.value);
  return { from: range[0], to: range[1], text };
}
