import { wrap } from "../../view/wrap.ts";

/** The codes that colour text take no room. */
const colour = /\u001b\[[0-9;]*m/g;

/** How many columns a text takes, its colours left out. */
export function widthOf(text: string): number {
  return text.replaceAll(colour, "").length;
}

/** A line cut to so many columns; colours stay whole and end with it. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let room = Math.max(0, columns - 1);
  const parts = text.split(/(\u001b\[[0-9;]*m)/).map((part) => {
    if (part.startsWith("\u001b")) return part;
    const kept = part.slice(0, room);
    room -= kept.length;
    return kept;
  });
  return `${parts.join("")}…`;
}

/** Prose in lines of at most so many columns, behind an indent: a word that is longer is broken too, so that it is seen whole. */
export function breakTo(text: string, columns: number, first = "  "): readonly string[] {
  const room = Math.max(1, columns - first.length);
  const indent = " ".repeat(first.length);
  return wrap(text, { width: columns, first }).flatMap((line, index) => {
    const rest = Array.from(line.slice(first.length));
    const count = Math.max(1, Math.ceil(rest.length / room));
    return Array.from(
      { length: count },
      (_, part) => `${index + part === 0 ? first : indent}${rest.slice(part * room, (part + 1) * room).join("")}`,
    );
  });
}

/** A question and its answer for one line: where they do not fit together, the question is cut before the answer is. */
export function closingLine(question: string, answered: string, columns: number) {
  // A mark and two blanks stand around them.
  const room = Math.max(0, columns - 3);
  const answer = cutTo(answered, Math.max(room - question.length, Math.ceil(room / 2)));
  return { title: cutTo(question, room - answer.length), answer };
}

/** So many lines, the last one telling how many more there are. */
export function cutLines(lines: readonly string[], rows: number, columns: number): readonly string[] {
  const cut = lines.map((line) => cutTo(line, columns));
  if (cut.length <= rows) return cut;
  if (rows <= 0) return [];
  return [...cut.slice(0, rows - 1), cutTo(`… ${cut.length - rows + 1} more`, columns)];
}

/** The part of a long list that holds the chosen entry: where it begins, and how many fit. */
export function windowAround(
  index: number,
  count: number,
  rows: number,
): { readonly from: number; readonly to: number } {
  const size = Math.max(1, rows);
  const from = Math.min(Math.max(0, index - Math.floor(size / 2)), Math.max(0, count - size));
  return { from, to: Math.min(count, from + size) };
}
