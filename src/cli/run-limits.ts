import type { Deps } from "../run/deps.ts";
import type { ClusterOptions } from "./options.ts";

/** How a run goes about its hosts. */
export type RunLimits = Pick<Deps, "concurrency" | "waitMs" | "maxFail">;

/** What holds where nothing is asked for. */
export const usualLimits: RunLimits = { concurrency: 50, waitMs: 0, maxFail: 0 };

/** What the options ask for. */
export function limitsOf({ concurrency, wait, maxFail }: ClusterOptions): RunLimits {
  return {
    concurrency: concurrency ?? usualLimits.concurrency,
    waitMs: (wait ?? 0) * 1000,
    maxFail: maxFail ?? usualLimits.maxFail,
  };
}
