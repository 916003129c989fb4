import { isDeepStrictEqual } from "node:util";
import { type Document, parseDocument } from "yaml";
import { DroverError } from "../../core/errors.ts";
import { isMapping } from "../../core/mapping.ts";
import { readYaml } from "../yaml/read-yaml.ts";
import { changesBetween, type ValueChange } from "./changes.ts";
import type { Comments } from "./example-comments.ts";
import { dialect, type Plain } from "./render.ts";
import { spliceOf } from "./splice.ts";

/** The value of an inventory's text, as it stands there: nothing filled in, nothing checked. */
export function plainInventory(source: string): Plain {
  const value: unknown = parseDocument(source).toJS();
  return isMapping(value) ? value : {};
}

/**
 * The text with another value: what stays the same keeps its comments, order and spelling, to the byte. Where a change
 * cannot be made in place (a block becomes another block), the file is written anew from its tree, comments and order
 * kept, blanks perhaps not.
 * @throws DroverError `inventory/not-editable` if neither gives the wanted value, as with anchors that several keys share
 */
export function editInventory(source: string, after: Plain, comments: Comments): string {
  // What Windows' editors put there is no part of any line, and new lines end as the others do.
  if (source.startsWith("\ufeff")) return `\ufeff${editInventory(source.slice(1), after, comments)}`;
  if (/\r\n/.test(source) && !/(?<!\r)\n/.test(source))
    return editInventory(source.replaceAll("\r\n", "\n"), after, comments).replaceAll("\n", "\r\n");
  const changes = changesBetween(plainInventory(source), after);
  if (changes.length === 0) return source;
  const means = (text: string): boolean => isDeepStrictEqual(readBack(text), after);
  const spliced = inPlace(source, changes, comments);
  if (spliced !== undefined && means(spliced)) return spliced;
  const rewritten = throughTree(source, changes);
  if (means(rewritten)) return rewritten;
  throw new DroverError("inventory/not-editable", "this inventory cannot be edited by a program", {
    remedy: "It shares values between keys by anchors (&, *). Write them out, or make the changes by hand.",
    details: changes.slice(0, 10).map(({ path }) => path.join(".")),
  });
}

/** The value as Drover will read it the next time; undefined where it could not. */
function readBack(text: string): unknown {
  try {
    return readYaml({ name: "inventory", folder: "/", text })?.value;
  } catch {
    return undefined;
  }
}

/** Each change is made in the text that the changes before it left, since they may grow the same collection. */
function inPlace(source: string, changes: readonly ValueChange[], comments: Comments): string | undefined {
  let text = source;
  for (const change of changes) {
    const splice = spliceOf(text, parseDocument(text), change, comments);
    if (splice === undefined) return undefined;
    text = text.slice(0, splice.from) + splice.text + text.slice(splice.to);
  }
  return text;
}

function throughTree(source: string, changes: readonly ValueChange[]): string {
  const document: Document = parseDocument(source, dialect);
  for (const { path, value } of changes) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}
