import { printable } from "../core/printable.ts";
import { elapsed } from "./duration.ts";
import type { Estimate } from "./estimate.ts";
import { footer } from "./footer.ts";
import type { LiveStage } from "./live-stage.ts";
import type { Paint } from "./paint.ts";
import { reasonOf } from "./reason.ts";
import { phaseOf, type Running } from "./running.ts";
import { unfold } from "./unfold.ts";
import { count } from "./wrap.ts";

/** The room there is, and the moment. */
export interface FrameOptions {
  /** Columns and rows that the frame may take at most. */
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly estimate: Estimate;
  readonly paint: Paint;
}

interface HostRow {
  readonly host: string;
  /** Lower is shown first: failed, running, done, waiting. */
  readonly rank: 0 | 1 | 2 | 3;
  readonly since: number;
  readonly text: string;
  readonly tail: string;
}

/**
 * What stands below a stage's title while it goes on: a line per host, failed and running ones first, the newest note,
 * and how long it has taken and may still take. Never more than `rows` lines, none wider than `columns`. Pure.
 */
export function frame(stage: LiveStage, options: FrameOptions): readonly string[] {
  const note = stage.notes.at(-1);
  const notes =
    note === undefined
      ? []
      : [`${options.paint.yellow("!")} ${cut(printable(note), Math.max(1, options.columns - 2))}`];
  const foot = [...notes, options.paint.dim(cut(footer(stage, options), options.columns))].slice(
    -Math.max(1, options.rows),
  );
  return [...hostLines(stage, options, options.rows - foot.length), ...foot];
}

function hostLines(stage: LiveStage, { columns, now, paint }: FrameOptions, room: number): readonly string[] {
  const rows = stage.hosts.map((host) => hostRow(stage, host, now));
  rows.sort((a, b) => a.rank - b.rank || a.since - b.since);
  const unfolded = unfoldedFailures(stage, { columns, paint }, Math.floor(room / 2));
  const left = room - [...unfolded.values()].flat().length;
  const shown = rows.length > left ? rows.slice(0, Math.max(0, left - 1)) : rows;
  const width = Math.max(...shown.map((row) => printable(row.host).length), 0);
  const lines = shown.flatMap((row) => [
    paintRow(row, { columns, width, paint }),
    ...(row.rank === 0 ? (unfolded.get(row.host) ?? []) : []),
  ]);
  const hidden = rows.slice(shown.length);
  return hidden.length === 0 || room <= 0 ? lines : [...lines, paint.dim(cut(more(hidden), columns))];
}

/** The last lines and remedies of failures, one for each reason, as long as they take no more than `room` rows. */
function unfoldedFailures(
  { failures, hosts }: LiveStage,
  options: { readonly columns: number; readonly paint: Paint },
  room: number,
): ReadonlyMap<string, readonly string[]> {
  const unfolded = new Map<string, readonly string[]>();
  const told = new Set<string>();
  let left = room;
  for (const failure of failures) {
    const { host = "" } = failure;
    const lines = unfold(failure, { ...options, rows: left });
    if (told.has(reasonOf(failure)) || unfolded.has(host) || !hosts.includes(host) || lines.length === 0) continue;
    told.add(reasonOf(failure));
    unfolded.set(host, lines);
    left -= lines.length;
  }
  return unfolded;
}

function more(hidden: readonly HostRow[]): string {
  const running = hidden.filter((row) => row.rank === 1).length;
  return `... and ${hidden.length} more${running === 0 ? "" : `, ${running} of them running`}`;
}

function hostRow(stage: LiveStage, host: string, now: number): HostRow {
  const failure = stage.failures.find((each) => each.host === host);
  const running = stage.running.get(host);
  const changes = stage.changes.get(host) ?? 0;
  const row = { host, since: 0, tail: "" };
  if (failure !== undefined) {
    const place = failure.step === undefined ? "" : `${failure.step}  `;
    return { ...row, rank: 0, text: `${place}failed: ${failure.message}` };
  }
  if (running !== undefined) {
    return { ...row, rank: 1, since: running.since, text: runningText(running), tail: elapsed(now - running.since) };
  }
  if (changes > 0) return { ...row, rank: 2, text: `${count(changes, "change")} done` };
  if (stage.finished.has(host)) return { ...row, rank: 2, text: "nothing to do" };
  return { ...row, rank: 3, text: stage.id === "look" && stage.asked.has(host) ? "asked" : "waiting" };
}

function runningText(running: Running): string {
  if (running.step === "connecting") return `connecting ${running.summary}`;
  return `${running.step}  ${phaseOf(running) ?? running.summary}`;
}

interface RowLayout {
  readonly columns: number;
  /** Of the longest host name. */
  readonly width: number;
  readonly paint: Paint;
}

/** Fewer columns than that tell nothing of what a host does. */
const leastText = 8;

function paintRow({ host, rank, text, tail: took }: HostRow, { columns, width, paint }: RowLayout): string {
  const name = cut(printable(host).padEnd(width), Math.floor(columns / 3))
    .trimEnd()
    .padEnd(Math.min(width, columns / 3));
  const whole = columns - name.length - 2;
  const tail = whole - took.length - 2 < leastText ? "" : took;
  const body = cut(printable(text), Math.max(1, tail === "" ? whole : whole - tail.length - 2));
  const painted = rank === 0 ? paint.red(body) : rank === 1 ? body : paint.dim(body);
  return `${name}  ${painted}${tail === "" ? "" : `  ${paint.dim(tail)}`}`;
}

/** At most `width` characters, the cut marked. */
function cut(text: string, width: number): string {
  const flat = text.replaceAll("\t", " ");
  return flat.length <= width ? flat : `${flat.slice(0, Math.max(0, width - 3))}...`.slice(0, Math.max(0, width));
}
