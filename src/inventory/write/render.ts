import { Document, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from "yaml";
import { below, type Comments } from "./example-comments.ts";

/** A part of an inventory as YAML parsers give it. */
export type Plain = Readonly<Record<string, unknown>>;

/** Lists of words stand on one line, and no line is folded. */
const layout = { lineWidth: 0, flowCollectionPadding: false } as const;

/**
 * What YAML 1.1 would read as something else than a text (`no`, `on`, `0b11`) is put in quotes: kubectl, like most programs of Go,
 * reads that, and refuses a kubeconfig with a cluster called `no`.
 */
export const dialect = { compat: "yaml-1.1" } as const;

/** Puts the example's words above each key; of a list's items the first one explains the keys. */
function annotate(node: unknown, path: string, comments: Comments): void {
  if (isMap<Scalar, Node>(node)) annotateMap(node, path, comments, new Set());
  if (!isSeq<Node>(node)) return;
  if (node.items.every((item) => isScalar(item))) node.flow = true;
  const said = new Set<string>();
  node.items.forEach((item, index) => {
    if (!isMap<Scalar, Node>(item)) return;
    annotateMap(item, `${path}[]`, comments, said);
    const [first] = item.items;
    // Above the dash, not behind it.
    if (first?.key.commentBefore) item.commentBefore = first.key.commentBefore;
    if (first !== undefined) first.key.commentBefore = null;
    if (index > 0) item.spaceBefore = true;
  });
}

function annotateMap(map: YAMLMap<Scalar, Node>, path: string, comments: Comments, said: Set<string>): void {
  if (path.endsWith(".labels") || map.items.length === 0) map.flow = true;
  for (const pair of map.items) {
    const own = below(path, String(pair.key.value));
    const comment = comments.get(own);
    if (comment !== undefined && !said.has(own)) pair.key.commentBefore = comment;
    said.add(own);
    annotate(pair.value, own, comments);
  }
}

/** The text of a new inventory. `header` stands above it, line by line, without `#`. */
export function renderInventory(value: Plain, comments: Comments, header: readonly string[]): string {
  const document = new Document(value, dialect);
  const { contents } = document;
  if (isMap<Scalar, Node>(contents)) {
    annotateMap(contents, "", comments, new Set());
    contents.items.forEach((pair: Pair<Scalar, Node>) => {
      pair.key.spaceBefore = true;
    });
  }
  const above = header.map((line) => `# ${line}`.trimEnd()).join("\n");
  return `${above}\n\n${document.toString(layout).trimStart()}`;
}

/** One entry `key: value` of the map at `path`, in lines of block style, explained; without a key, an item of a list. */
export function renderEntry(
  key: string | undefined,
  value: unknown,
  path: string,
  comments: Comments,
): readonly string[] {
  const document = new Document(key === undefined ? [value] : { [key]: value }, dialect);
  // Another item of a list: the first one has explained the keys.
  annotate(document.contents, path, key === undefined ? new Map() : comments);
  return document.toString(layout).trimEnd().split("\n");
}

/** A value on one line, as it may stand in place of another one. */
export function renderInline(value: unknown): string {
  const document = new Document(value, dialect);
  if (isMap(document.contents) || isSeq(document.contents)) document.contents.flow = true;
  if (isScalar(document.contents) && typeof value === "string" && value.includes("\n")) {
    document.contents.type = Scalar.QUOTE_DOUBLE;
  }
  return document.toString(layout).trimEnd();
}
