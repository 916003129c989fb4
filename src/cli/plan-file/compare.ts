import { DroverError, SeveralFailed } from "../../core/errors.ts";
import type { Plan } from "../../core/plan.ts";
import { unified } from "../../view/diff.ts";
import { plannedSteps } from "./make.ts";
import type { PlanFile, PlannedStep } from "./schema.ts";
import type { Seal } from "./seal.ts";

/** So many lines of what differs are told of each step. */
const shownLines = 8;

/** What is to be done about a plan that does not fit. */
export const remedy = "Nothing was changed. Make a new plan with drover plan -o, look at it, and apply that.";

/** Where a step stands in a plan. */
export function placeOf({ host, stage, step }: Pick<PlannedStep, "host" | "stage" | "step">): string {
  return JSON.stringify([host, stage, step]);
}

/**
 * Insists that asking now gives exactly the plan that was kept.
 * @throws SeveralFailed of `plan/stale`, one for each step that decides otherwise now
 */
export function refuseStale(kept: PlanFile, now: Plan, seal: Seal): void {
  const before = new Map(kept.steps.map((step) => [placeOf(step), step]));
  const after = new Map(plannedSteps(now, seal).map((step) => [placeOf(step), step]));
  const places = [...new Set([...before.keys(), ...after.keys()])];
  const errors = places.flatMap((place) => differenceOf(before.get(place), after.get(place)));
  if (errors.length > 0) throw new SeveralFailed(errors);
}

function differenceOf(was: PlannedStep | undefined, is: PlannedStep | undefined): readonly DroverError[] {
  const one = is ?? was;
  if (one === undefined || was?.seal === is?.seal) return [];
  return [staleError(one, wordsOf(was), wordsOf(is), detailsOf(was, is))];
}

/** A step that is not as it was when the plan was made. */
export function staleError(
  { host, step }: Pick<PlannedStep, "host" | "step">,
  was: string,
  is: string,
  details: readonly string[] = [],
): DroverError {
  const same = "its words are the same, but not what it would do";
  const message = `the plan no longer fits: ${was === is ? same : `it was "${was}", and now it is "${is}"`}`;
  return new DroverError("plan/stale", message, { host, step, remedy, details });
}

/** A decision in words. */
export function wordsOf(step: Pick<PlannedStep, "decision"> | undefined): string {
  if (step === undefined) return "not part of it";
  const { decision } = step;
  switch (decision.kind) {
    case "ok":
      return "right already";
    case "change":
      return decision.changes.map(({ summary }) => summary).join("; ");
    case "later":
      return `known after ${decision.after}`;
    case "blocked":
      return `blocked: ${decision.because}`;
  }
}

/** The lines that differ in what may be shown. */
function detailsOf(was: PlannedStep | undefined, is: PlannedStep | undefined): readonly string[] {
  if (was?.decision.kind !== "change" || is?.decision.kind !== "change") return [];
  const lines = unified(textOf(was), textOf(is)).filter((line) => /^[-+]/.test(line));
  if (lines.length === 0)
    return ["what differs is not shown, as it may be secret: the content of a file, or a command's input"];
  return lines.length > shownLines ? [...lines.slice(0, shownLines), `... ${lines.length - shownLines} more`] : lines;
}

function textOf({ decision }: PlannedStep): string {
  return JSON.stringify(decision, null, 1).replaceAll("\\n", "\n");
}
