import type { Outcome } from "../run/pipeline.ts";
import type { BodyResult } from "./recorded-run.ts";

/** How a run that only looked is recorded: as failed where its exit code says so. */
export function looked<T>(value: T, isWell: boolean): BodyResult<T> {
  return { value, outcome: isWell ? "done" : "failed", changes: 0 };
}

/** How a run of stages is recorded: a plan that was declined counts as cancelled. */
export function bodyOf(outcome: Outcome): BodyResult<Outcome> {
  return {
    value: outcome,
    outcome: outcome.kind === "declined" ? "cancelled" : outcome.kind,
    changes: outcome.changes,
  };
}
