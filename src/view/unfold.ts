import type { Failure } from "../core/events.ts";
import { printable, printableLines } from "../core/printable.ts";
import type { Paint } from "./paint.ts";
import { wrap } from "./wrap.ts";

/** So many of a command's last lines are shown while others go on; all that there are follow at the end. */
const lastLines = 3;

/** The room that there is. */
export interface UnfoldOptions {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
}

/** What a person needs at once of a failure: what to do, and above it as many of its last lines as fit. Nothing if that does not. */
export function unfold({ details, remedy }: Failure, { columns, rows, paint }: UnfoldOptions): readonly string[] {
  const todo = remedy === "" ? [] : wrap(printable(remedy), { width: columns, first: "    to do: " });
  if (todo.length > rows) return [];
  const last = details.flatMap(printableLines).filter((line) => line.trim() !== "");
  const shown = last.slice(Math.max(0, last.length - Math.min(lastLines, rows - todo.length)));
  return [
    ...shown.map((line) => paint.dim(`    | ${line}`.slice(0, columns))),
    ...todo.map((line) => line.slice(0, columns)),
  ];
}
