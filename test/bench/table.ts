/** One measured thing and its times in seconds. */
export interface Row {
  readonly name: string;
  readonly seconds: readonly number[];
  /** What it should be: at most so many times another row, or at most so many seconds. */
  readonly target?: { readonly times: number; readonly row: string } | { readonly seconds: number };
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A Markdown table: median, fastest, and how far the median is from its target. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const cells = [row.name, median(row.seconds).toFixed(2), Math.min(...row.seconds).toFixed(2), against(row, rows)];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| | median s | fastest s | target |", "|---|---|---|---|", ...lines].join("\n");
}

function against({ target, seconds }: Row, rows: readonly Row[]): string {
  if (target === undefined) return "";
  const middle = median(seconds);
  if ("seconds" in target) return `${verdict(middle <= target.seconds)} under ${target.seconds} s`;
  const base = median(rows.find(({ name }) => name === target.row)?.seconds ?? []);
  const ratio = middle / base;
  return `${verdict(ratio <= target.times)} ${ratio.toFixed(2)} times, at most ${target.times}`;
}

function verdict(isMet: boolean): string {
  return isMet ? "met:" : "MISSED:";
}
