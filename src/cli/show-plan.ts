import type { Plan } from "../core/plan.ts";
import { renderPlan } from "../view/plan.ts";
import { wrap } from "../view/wrap.ts";
import { shapeOf } from "./context.ts";
import type { ClusterOptions } from "./options.ts";
import type { RunEnvironment } from "./run-environment.ts";

/**
 * Prints a plan for people, once the live view, which holds back what others write to its terminal, has made way; with --json a
 * program has no use for it, and gets the events.
 */
export async function showPlan(
  forecast: Plan,
  options: ClusterOptions,
  { context, view }: Pick<RunEnvironment, "context" | "view">,
): Promise<void> {
  await view.end();
  if (options.json === true) return;
  const shape = { ...shapeOf(context), verbose: options.verbose === true };
  const notes = stoppedDockers(forecast).flatMap((note) => wrap(note, { width: shape.width, first: "" }));
  context.stdout.write([renderPlan(forecast, shape), ...notes.map((line) => `${line}\n`), "\n"].join(""));
}

/** A Docker that is new gets its first start with its settings; where steps were chosen, that may be left out. */
function stoppedDockers({ hostPlans }: Plan): readonly string[] {
  const decided = hostPlans.flatMap((one) => one.decided);
  const installs = decided.some(({ step, decision }) => step.id === "docker/installed" && decision.kind === "change");
  if (!installs || decided.some(({ step }) => step.id === "docker/configured")) return [];
  return [
    "Note: docker/configured is not chosen. It starts a Docker that is new to its host, which stays stopped until then.",
  ];
}
