import type { Stamped } from "../core/events.ts";
import { renderSummary } from "./summary.ts";

/** Counts what a run changes. */
export interface Tally {
  /** Takes note of an event; with the last one of a run, returns the run's summary. */
  on(event: Stamped): string | undefined;
}

/** A tally of its own, because a run that failed cannot say how many changes it had made. */
export function createTally(): Tally {
  let hosts: readonly string[] = [];
  let changes = 0;
  let unfinished = 0;
  const changed = new Set<string>();
  return {
    on(event) {
      if (event.kind === "run-started") hosts = event.hosts;
      if (event.kind === "change-started") unfinished += 1;
      if (event.kind === "change-finished") {
        unfinished = Math.max(0, unfinished - 1);
        changes += 1;
        changed.add(event.host);
      }
      if (event.kind !== "run-finished") return undefined;
      const { outcome, tookMs } = event;
      const about = outcome === "nothing-to-do" ? hosts : [...changed];
      return renderSummary({ outcome, changes: Math.max(changes, event.changes), unfinished, hosts: about, tookMs });
    },
  };
}
