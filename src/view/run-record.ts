import type { Event, Failure, Stamped } from "../core/events.ts";

/** One change of one step on one host. */
export interface ChangeRecord {
  readonly host: string;
  readonly step: string;
  readonly summary: string;
  /** The stage that it belongs to, by its title; empty where the run had none. */
  readonly stage: string;
  /** When it began, in ms after the run did. */
  readonly from: number;
  /** Undefined where it never ended: it failed, or Drover was killed. */
  readonly tookMs: number | undefined;
}

/** What one journal tells of its run. */
export interface RunRecord {
  /** Also the journal's file name, without `.jsonl`. */
  readonly id: string;
  readonly command: string;
  readonly cluster: string;
  readonly hosts: readonly string[];
  /** When it began, in ms since the epoch. */
  readonly at: number;
  /** `interrupted`: the journal has no end, because Drover was killed or still runs. */
  readonly outcome: Extract<Event, { kind: "run-finished" }>["outcome"] | "interrupted";
  /** Until its end, or until the last thing that was written down. */
  readonly tookMs: number;
  readonly changes: readonly ChangeRecord[];
  readonly failures: readonly Failure[];
}

/** A journal's events as a record; undefined where not even the beginning of a run is among them. Pure. */
export function runRecord(events: readonly Stamped[]): RunRecord | undefined {
  const start = events.find((event) => event.kind === "run-started");
  if (start?.kind !== "run-started") return undefined;
  const end = events.findLast((event) => event.kind === "run-finished");
  const last = events.at(-1)?.at ?? start.at;
  return {
    id: start.run,
    command: start.command,
    cluster: start.cluster,
    hosts: start.hosts,
    at: start.at,
    outcome: end?.kind === "run-finished" ? end.outcome : "interrupted",
    tookMs: end?.kind === "run-finished" ? end.tookMs : Math.max(0, last - start.at),
    changes: changesIn(events, start.at),
    failures: events.flatMap((event) => (event.kind === "failed" ? [event.failure] : [])),
  };
}

function changesIn(events: readonly Stamped[], start: number): readonly ChangeRecord[] {
  let stage = "";
  const changes: ChangeRecord[] = [];
  for (const event of events) {
    if (event.kind === "stage-started") stage = event.title;
    if (event.kind === "change-started") {
      const { host, step, summary, at } = event;
      changes.push({ host, step, summary, stage, from: at - start, tookMs: undefined });
    }
    if (event.kind === "change-finished") finish(changes, event);
  }
  return changes;
}

/** Gives the change that was begun last on that host, by that step, its end. */
function finish(changes: ChangeRecord[], event: Extract<Event, { kind: "change-finished" }>): void {
  const index = changes.findLastIndex(
    ({ host, step, summary }) => host === event.host && step === event.step && summary === event.summary,
  );
  const begun = changes[index];
  if (begun !== undefined) changes[index] = { ...begun, tookMs: event.tookMs };
}
