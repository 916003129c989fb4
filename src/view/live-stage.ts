import type { Failure, Stamped } from "../core/events.ts";
import { createRunning, type RunningTable } from "./running.ts";

/** What the live view knows of the stage that is going on. */
export interface LiveStage {
  /** The stage's id; `look` for the first questions, before any stage. */
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  /** Which stage of how many it is; undefined where nobody said so. */
  readonly position: { readonly number: number; readonly of: number } | undefined;
  /** The ids of the stages after it that have something to do. */
  readonly rest: readonly string[];
  /** In the order of the inventory. */
  readonly hosts: string[];
  readonly running: RunningTable;
  /** How many changes are done, by host. */
  readonly changes: Map<string, number>;
  /** Hosts that have answered. */
  readonly asked: Set<string>;
  /** Hosts that are through with the stage. */
  readonly finished: Set<string>;
  readonly failures: Failure[];
  readonly notes: string[];
  /** In ms; undefined while it goes on, and where it was broken off. */
  tookMs: number | undefined;
}

/** What a run said of the stages that it will go through. */
export type Course = Pick<Extract<Stamped, { kind: "stages-ahead" }>, "stages" | "pending">;

/** The stage that begins with this event. */
export function openStage(
  event: Stamped & { readonly kind: "stage-started" | "host-connecting" },
  course?: Course,
): LiveStage {
  const stage = event.kind === "stage-started" ? event : { stage: "look", title: "Ask the hosts", hosts: [] };
  const number = course?.stages.indexOf(stage.stage) ?? -1;
  return {
    id: stage.stage,
    title: stage.title,
    startedAt: event.at,
    position: number < 0 || course === undefined ? undefined : { number: number + 1, of: course.stages.length },
    rest: number < 0 ? [] : (course?.stages.slice(number + 1) ?? []).filter((id) => course?.pending.includes(id)),
    hosts: [...stage.hosts],
    running: createRunning(),
    changes: new Map(),
    asked: new Set(),
    finished: new Set(),
    failures: [],
    notes: [],
    tookMs: undefined,
  };
}

/** Takes note of an event that belongs to the stage. */
export function follow(stage: LiveStage, event: Stamped): void {
  stage.running.on(event);
  if (event.kind === "host-connecting" && !stage.hosts.includes(event.host)) stage.hosts.push(event.host);
  if (event.kind === "host-asked") stage.asked.add(event.host);
  if (event.kind === "host-finished") stage.finished.add(event.host);
  if (event.kind === "change-finished") stage.changes.set(event.host, (stage.changes.get(event.host) ?? 0) + 1);
  if (event.kind === "stage-finished") stage.tookMs = event.tookMs;
  if (event.kind === "failed") stage.failures.push(event.failure);
  if (event.kind === "note")
    stage.notes.push(event.host === undefined ? event.message : `${event.host}: ${event.message}`);
}
