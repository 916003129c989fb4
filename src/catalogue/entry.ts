import type { ErrorCode } from "../core/errors.ts";
import type { KnownFailure } from "../core/step.ts";

/** A way in which a program fails, as it says so itself, and what it means. */
export interface CatalogueEntry extends KnownFailure {
  /** `tool/what`, unique. */
  readonly id: string;
  /** The file of the program's own source in which the words stand, or its manual. */
  readonly source: string;
  /** What the program printed once, in an output that this entry explains. */
  readonly example: string;
}

/** All but the id's first half, which is the program. */
type Row = Omit<CatalogueEntry, "id" | "code"> & { readonly id: string; readonly code?: ErrorCode };

/** The entries of one program; an entry without a code of its own is `step/action-failed`. */
export function entriesOf(tool: string, rows: readonly Row[]): readonly CatalogueEntry[] {
  return rows.map((row) => ({ code: "step/action-failed", ...row, id: `${tool}/${row.id}` }));
}

/** So much of what a program said goes into a message; all of it is in the last lines. */
const longestGroup = 300;

/** The failure's message with the groups of its pattern filled in, or undefined if the output does not show it. */
export function messageIn(output: string, { pattern, message }: KnownFailure): string | undefined {
  const match = pattern.exec(output);
  return match === null
    ? undefined
    : message
        .replace(/\$(\d)/g, (_, group: string) => (match[Number(group)] ?? "").trim().slice(0, longestGroup))
        .trimEnd();
}
