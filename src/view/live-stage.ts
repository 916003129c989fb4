import type { Failure, Stamped } from "../core/events.ts";
import { createRunning, type RunningTable } from "./running.ts";

/** What the live view knows of the stage that is going on. */
export interface LiveStage {
  /** The stage's id; `look` for the first questions, before any stage. */
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  /** In the order of the inventory. */
  readonly hosts: string[];
  readonly running: RunningTable;
  /** How many changes are done, by host. */
  readonly changes: Map<string, number>;
  /** Hosts that have answered. */
  readonly asked: Set<string>;
  readonly failures: Failure[];
  readonly notes: string[];
}

/** The stage that begins with this event. */
export function openStage(event: Stamped & { readonly kind: "stage-started" | "host-connecting" }): LiveStage {
  const stage = event.kind === "stage-started" ? event : { stage: "look", title: "Ask the hosts", hosts: [] };
  return {
    id: stage.stage,
    title: stage.title,
    startedAt: event.at,
    hosts: [...stage.hosts],
    running: createRunning(),
    changes: new Map(),
    asked: new Set(),
    failures: [],
    notes: [],
  };
}

/** Takes note of an event that belongs to the stage. */
export function follow(stage: LiveStage, event: Stamped): void {
  stage.running.on(event);
  if (event.kind === "host-connecting" && !stage.hosts.includes(event.host)) stage.hosts.push(event.host);
  if (event.kind === "host-asked") stage.asked.add(event.host);
  if (event.kind === "change-finished") stage.changes.set(event.host, (stage.changes.get(event.host) ?? 0) + 1);
  if (event.kind === "failed") stage.failures.push(event.failure);
  if (event.kind === "note")
    stage.notes.push(event.host === undefined ? event.message : `${event.host}: ${event.message}`);
}
