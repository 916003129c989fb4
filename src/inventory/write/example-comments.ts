import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** The comment above each key of the example, by its path: `rke.network.plugin`, `hosts[].name`. */
export type Comments = ReadonlyMap<string, string>;

/** The path of a key below a map. */
export function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/**
 * What inventory.example.yaml says of each key, without the `#`. Settings that are switched off there (`#key: value`,
 * nothing between the # and the key) count as keys.
 */
export function exampleComments(example: string): Comments {
  const source = example.replaceAll(/^(\s*)#(?=[^\s#])/gm, "$1");
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter });
  const lines = source.split("\n");
  const found = new Map<string, string>();
  const visit = (node: unknown, path: string): void => {
    if (isSeq<Node>(node)) for (const item of node.items) visit(item, `${path}[]`);
    if (!isMap<Node, Node>(node)) return;
    for (const { key, value } of node.items) {
      const own = below(path, isScalar(key) ? String(key.value) : "");
      const line = counter.linePos(key.range?.[0] ?? 0).line - 1;
      const comment = commentAbove(lines, line);
      if (comment !== "" && !found.has(own)) found.set(own, comment);
      visit(value, own);
    }
  };
  visit(document.contents, "");
  // What a group says of its hosts, a host may say of itself.
  for (const [path, comment] of [...found]) {
    const key = /^groups\.[^.]+\.(\w+)$/.exec(path)?.[1];
    if (key !== undefined && !found.has(`hosts[].${key}`)) found.set(`hosts[].${key}`, comment);
  }
  return found;
}

/** The whole comment lines right above a line; the first key of a list's item stands behind a dash. */
function commentAbove(lines: readonly string[], line: number): string {
  const above = (at: number): readonly string[] => {
    const text = /^\s*#(.*)$/.exec(lines[at] ?? "")?.[1];
    return text === undefined ? [] : [...above(at - 1), text];
  };
  return above(line - 1).join("\n");
}
