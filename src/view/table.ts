import { printable } from "../core/printable.ts";

/** How a table is drawn. */
export interface TableShape {
  readonly width: number;
  /** Paints the line of headings. */
  readonly head: (line: string) => string;
  /** Paints a line by what it says. */
  readonly row: (line: string, cells: readonly string[]) => string;
}

/**
 * Rows below headings, as lines; where they do not fit into `width`, one fact a line. Nothing if there are no rows but the
 * headings. Cells are made harmless. Pure.
 */
export function table(rows: readonly (readonly string[])[], { width, head: paintHead, row: paintRow }: TableShape) {
  const safe = rows.map((row) => row.map((cell) => (cell === "" ? "-" : printable(cell))));
  const [head, ...body] = safe;
  if (head === undefined || body.length === 0) return [];
  const widths = head.map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)));
  const total = widths.reduce((sum, each) => sum + each + 2, -2);
  if (total > width) return body.flatMap((row) => ["", ...row.map((cell, column) => `${head[column]}: ${cell}`)]);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return ["", paintHead(line(head)), ...body.map((row) => paintRow(line(row), row))];
}
