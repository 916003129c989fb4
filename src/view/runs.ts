import { duration } from "./duration.ts";
import { type Paint, paint } from "./paint.ts";
import { places } from "./places.ts";
import type { ChangeRecord, RunRecord } from "./run-record.ts";
import { table } from "./table.ts";

/** How runs are shown. */
export interface RunsOptions {
  readonly color: boolean;
  readonly width: number;
  /** How a moment is written: `2026-11-21 10:22` in the operator's time zone. */
  readonly when: (at: number) => string;
}

/** The runs as a table, in their order. Ends with a newline. Pure. */
export function renderRuns(records: readonly RunRecord[], { color, width, when }: RunsOptions): string {
  if (records.length === 0) return "No runs yet: drover plan and drover up leave a journal each.\n";
  const rows = records.map((record) => [
    record.id,
    when(record.at),
    record.command,
    record.outcome.replaceAll("-", " "),
    duration(record.tookMs),
    changesOf(record),
  ]);
  const colors = paint(color);
  const head = ["RUN", "BEGAN", "COMMAND", "RESULT", "TOOK", "CHANGED"];
  const row = (line: string, cells: readonly string[]): string => paintOf(cells[3] ?? "", colors)(line);
  return `${table([head, ...rows], { width, head: colors.dim, row })
    .slice(1)
    .join("\n")}\n`;
}

function changesOf({ changes }: RunRecord): string {
  const made = done(changes);
  return made.length === 0 ? "nothing" : `${made.length} on ${places(made.map(({ host }) => host))}`;
}

/** Changes that came to their end: of a run that failed, those before. */
export function done(changes: readonly ChangeRecord[]): readonly ChangeRecord[] {
  return changes.filter(({ tookMs }) => tookMs !== undefined);
}

function paintOf(outcome: string, { red, yellow }: Paint): (line: string) => string {
  if (outcome === "failed") return red;
  return outcome === "interrupted" || outcome === "cancelled" ? yellow : (line) => line;
}
