import type { Outcome } from "../run/pipeline.ts";
import type { BodyResult } from "./recorded-run.ts";

/** How a run of stages is recorded: a plan that was declined counts as cancelled. */
export function bodyOf(outcome: Outcome): BodyResult<Outcome> {
  return {
    value: outcome,
    outcome: outcome.kind === "declined" ? "cancelled" : outcome.kind,
    changes: outcome.changes,
  };
}
