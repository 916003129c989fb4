import type { Stamped } from "../core/events.ts";
import { type Estimate, estimates } from "../view/estimate.ts";
import { eventsOf, runIds } from "./journals.ts";

/** So many of the newest runs that changed something tell how long things take. */
const enough = 10;
/** They are looked for among so many: who runs it every hour has changed nothing for days. */
const newest = 200;

/** How long the long steps take where nothing was measured yet, in ms: figures of three practice hosts on two cores. */
const typical: Readonly<Record<string, number>> = {
  "docker/installed": 40_000,
  "rke/images": 60_000,
  "rke/up": 120_000,
  "cert-manager/release": 30_000,
};

/**
 * What the runs up to now say about how long steps take. Unreadable journals count for nothing. They are read when it is
 * first asked: a run with nothing to do never asks.
 */
export function estimateFrom(runs: string): Estimate {
  const earlier = runIds(runs).slice(0, newest);
  let read: Estimate | undefined;
  return (step) => {
    read ??= estimates(measured(runs, earlier), typical);
    return read(step);
  };
}

/** The events of the newest of these runs that changed something. */
function measured(runs: string, ids: readonly string[]): readonly (readonly Stamped[])[] {
  const found: (readonly Stamped[])[] = [];
  for (const run of ids) {
    if (found.length === enough) break;
    const events = eventsOf(runs, run);
    if (events.some(({ kind }) => kind === "change-finished")) found.push(events);
  }
  return found;
}
