import { printable } from "../core/printable.ts";
import { paint } from "./paint.ts";
import { wrap } from "./wrap.ts";

/** One host's facts in words: a heading for the name, then rows of label and text. */
export interface FactSheet {
  readonly host: string;
  readonly rows: readonly (readonly [label: string, text: string])[];
}

/** Facts for people, host by host. Ends with a newline. Pure. */
export function renderFacts(
  sheets: readonly FactSheet[],
  options: { readonly color: boolean; readonly width: number },
): string {
  const { bold, cyan } = paint(options.color);
  const widest = Math.max(0, ...sheets.flatMap(({ rows }) => rows.map(([label]) => label.length)));
  const blocks = sheets.map(({ host, rows }) => {
    const lines = rows.flatMap(([label, text]) => {
      const [first = "", ...more] = wrap(printable(text), {
        width: options.width,
        first: `  ${label.padEnd(widest)}  `,
      });
      return [`  ${cyan(first.slice(2, 2 + widest))}${first.slice(2 + widest)}`, ...more];
    });
    return [bold(printable(host)), ...lines].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
