import { printable } from "../core/printable.ts";
import type { Paint } from "./paint.ts";

/** One direction between two hosts, in a word. */
export interface MeshCell {
  readonly from: string;
  readonly to: string;
  /** `0.3 ms`, `no 2379`, `no way`. */
  readonly text: string;
  readonly good: boolean;
}

/**
 * Who reaches whom: rows reach columns. Where the table does not fit into `width`, only the directions that are not well are
 * listed. Pure.
 */
export function meshMatrix(
  cells: readonly MeshCell[],
  options: { readonly paint: Paint; readonly width: number },
): readonly string[] {
  if (cells.length === 0) return [];
  const { bold, red, dim, green } = options.paint;
  const names = [...new Set(cells.flatMap(({ from, to }) => [from, to]))];
  const inward = Map.groupBy(cells, ({ to }) => to);
  const columns = names.map((to) =>
    Math.max(printable(to).length, ...(inward.get(to) ?? []).map(({ text }) => text.length)),
  );
  const label = Math.max(...names.map((name) => printable(name).length)) + 4;
  const head = ["", bold("Who reaches whom (rows to columns)")];
  if (label + columns.reduce((sum, width) => sum + width + 2, 0) > options.width) {
    const bad = cells.filter(({ good }) => !good);
    const fine = `  ${cells.length - bad.length} of ${cells.length} directions are well`;
    return [
      ...head,
      bad.length === 0 ? green(fine) : fine,
      ...bad.map(({ from, to, text }) => red(`  ${printable(from)} to ${printable(to)}: ${text}`)),
    ];
  }
  const title = " ".repeat(label) + names.map((name, index) => printable(name).padEnd(columns[index] ?? 0)).join("  ");
  const rows = names.map((from) => {
    const row = names.map((to, index) => {
      const cell = cells.find((one) => one.from === from && one.to === to);
      const text = (cell?.text ?? "-").padEnd(columns[index] ?? 0);
      return cell === undefined ? dim(text) : cell.good ? green(text) : red(text);
    });
    return `  ${printable(from).padEnd(label - 2)}${row.join("  ")}`;
  });
  return [...head, dim(title.trimEnd()), ...rows];
}
