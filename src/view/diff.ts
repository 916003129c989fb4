import { structuredPatch } from "diff";
import { printable } from "../core/printable.ts";
import type { Paint } from "./paint.ts";

/** A unified diff with 3 lines of context, line by line, without file headers; empty if nothing differs. Not escaped. */
export function unified(before: string, after: string): readonly string[] {
  const { hunks } = structuredPatch("", "", before, after, undefined, undefined, { context: 3 });
  return hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
}

/**
 * The same for a person: harmless, coloured if asked. Longer than `limit` lines, the rest is only counted, since a
 * generated file can be longer than all the rest of the plan.
 */
export function renderDiff(before: string, after: string, { paint, limit }: { paint: Paint; limit: number }): string[] {
  const lines = unified(before, after);
  const shown = lines.slice(0, lines.length > limit ? limit - 1 : limit).map((line) => colourLine(line, paint));
  const hidden = lines.length - shown.length;
  return hidden === 0 ? shown : [...shown, paint.dim(`... and ${hidden} more lines (--verbose shows them)`)];
}

function colourLine(line: string, paint: Paint): string {
  const safe = printable(line);
  if (safe.startsWith("+")) return paint.green(safe);
  if (safe.startsWith("-")) return paint.red(safe);
  return safe.startsWith("@@") ? paint.dim(safe) : safe;
}
