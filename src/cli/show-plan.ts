import type { Plan } from "../core/plan.ts";
import { renderPlan } from "../view/plan.ts";
import { type Context, shapeOf } from "./context.ts";
import type { ClusterOptions } from "./options.ts";

/** Prints a plan for people; with --json a program has no use for it, and gets the events. */
export function showPlan(forecast: Plan, options: ClusterOptions, context: Context): void {
  if (options.json === true) return;
  const shape = { ...shapeOf(context), verbose: options.verbose === true };
  context.stdout.write(`${renderPlan(forecast, shape)}\n`);
}
