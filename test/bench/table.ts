/** One measured thing and its times in seconds. */
export interface Row {
  readonly name: string;
  readonly seconds: readonly number[];
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A Markdown table: median, fastest, and the ratio of the median to `base`. */
export function table(rows: readonly Row[], base: number): string {
  const lines = rows.map(({ name, seconds }) => {
    const middle = median(seconds);
    return `| ${name} | ${middle.toFixed(2)} | ${Math.min(...seconds).toFixed(2)} | ${(middle / base).toFixed(2)} |`;
  });
  return ["| | median s | fastest s | ratio |", "|---|---|---|---|", ...lines].join("\n");
}
