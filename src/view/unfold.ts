import type { Failure } from "../core/events.ts";
import type { Paint } from "./paint.ts";
import { printable, printableLines } from "./printable.ts";
import { wrap } from "./wrap.ts";

/** So many of a command's last lines are shown while others go on; all that there are follow at the end. */
const lastLines = 3;

/** What a person needs at once of a failure: its last lines, and what to do. No line is wider than `columns`, if that is at least 40. */
export function unfold(
  { details, remedy }: Failure,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const last = details.flatMap(printableLines).filter((line) => line.trim() !== "");
  return [
    ...last.slice(-lastLines).map((line) => paint.dim(`    | ${line}`.slice(0, columns))),
    ...(remedy === "" ? [] : wrap(printable(remedy), { width: columns, first: "    to do: " })).map((line) =>
      line.slice(0, columns),
    ),
  ];
}

/** A key that is the same for failures with one reason, whatever the hosts are called. */
export function reasonOf({ code, message, host, step, remedy }: Failure): string {
  const place = (text: string): string => (host === undefined ? text : text.replaceAll(host, "\u0000"));
  return JSON.stringify([code, step, place(message), place(remedy)]);
}
