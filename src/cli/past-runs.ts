import { type Estimate, estimates } from "../view/estimate.ts";
import { eventsOf, runIds } from "./journals.ts";

/** So many of the newest journals tell how long things take. */
const newest = 10;

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
    read ??= estimates(
      earlier.map((run) => eventsOf(runs, run)),
      typical,
    );
    return read(step);
  };
}
