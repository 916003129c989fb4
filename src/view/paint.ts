import { styleText } from "node:util";

/**
 * Colours, or their absence: every renderer takes one of the two, so that no escape code slips past `color: false`.
 * Green, yellow and cyan are pale on white in many a palette: they are for marks, and words are bold, dim, red or plain.
 */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

function style(name: "bold" | "dim" | "red" | "green" | "yellow" | "cyan"): (text: string) => string {
  // Without validateStream: false, node would decide by process.stdout, which is not ours to ask.
  return (text) => (text === "" ? text : styleText(name, text, { validateStream: false }));
}

const plain = (text: string): string => text;

/** The colours if `color`, otherwise functions that leave the text alone. */
export function paint(color: boolean): Paint {
  if (!color) return { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };
  return {
    bold: style("bold"),
    dim: style("dim"),
    red: style("red"),
    green: style("green"),
    yellow: style("yellow"),
    cyan: style("cyan"),
  };
}
