import type { Stamped } from "../core/events.ts";

/** How long something usually takes, in ms: a step by its id, a stage by its id. */
export type Estimate = (step: string) => number | undefined;

/** An estimate that knows nothing, for the first run. */
export const noEstimate: Estimate = () => undefined;

/**
 * How long steps and stages took in earlier runs (events of each journal, newest first): the median, so that one slow
 * mirror does not count for long. `typical` says it for those that were never seen here. Pure.
 */
export function estimates(
  journals: readonly (readonly Stamped[])[],
  typical: Readonly<Record<string, number>> = {},
): Estimate {
  const seen = new Map<string, number[]>();
  for (const journal of journals) {
    for (const [id, tookMs] of durations(journal)) seen.set(id, [...(seen.get(id) ?? []), tookMs]);
  }
  return (step) => median(seen.get(step) ?? []) ?? typical[step];
}

/** One run's durations: a step counts on its slowest host, a stage only if it changed something. */
function durations(journal: readonly Stamped[]): ReadonlyMap<string, number> {
  const stages = new Map<string, number>();
  const perHost = new Map<string, { step: string; tookMs: number; failed: boolean }>();
  const entry = (step: string, host: string) => {
    const key = JSON.stringify([step, host]);
    const found = perHost.get(key) ?? { step, tookMs: 0, failed: false };
    perHost.set(key, found);
    return found;
  };
  for (const event of journal) {
    if (event.kind === "stage-finished" && event.changed > 0) stages.set(event.stage, event.tookMs);
    if (event.kind === "change-finished") entry(event.step, event.host).tookMs += event.tookMs;
    if (event.kind === "failed") entry(event.failure.step ?? "", event.failure.host ?? "").failed = true;
  }
  const slowest = new Map(stages);
  for (const { step, tookMs, failed } of perHost.values()) {
    // A step that failed half-way says too little.
    if (!failed) slowest.set(step, Math.max(tookMs, slowest.get(step) ?? 0));
  }
  return slowest;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
