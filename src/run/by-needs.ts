import { asDroverError, type DroverError, SeveralFailed } from "../core/errors.ts";
import type { AnyStep, StepId } from "../core/step.ts";

/**
 * Runs `action` for every step, each as soon as the steps it needs are done. Those that need a step which failed are left
 * out; all others are finished. A need that is not among the steps counts as done.
 * @throws the failure, or SeveralFailed with all of them
 */
export async function byNeeds(steps: readonly AnyStep[], action: (step: AnyStep) => Promise<void>): Promise<void> {
  const done = new Map<StepId, Promise<boolean>>();
  const failed = new Map<StepId, DroverError>();
  for (const step of steps) {
    const needs = (step.needs ?? []).map((id) => done.get(id) ?? true);
    done.set(step.id, runAfter(needs, step, action, failed));
  }
  await Promise.all(done.values());
  // In the order of the steps, whichever failed first.
  const failures = steps.flatMap(({ id }) => failed.get(id) ?? []);
  const [only, ...others] = failures;
  if (only !== undefined) throw others.length === 0 ? only : new SeveralFailed(failures);
}

/** Whether the step was done. */
async function runAfter(
  needs: readonly (Promise<boolean> | boolean)[],
  step: AnyStep,
  action: (step: AnyStep) => Promise<void>,
  failed: Map<StepId, DroverError>,
): Promise<boolean> {
  const ready = await Promise.all(needs);
  if (!ready.every(Boolean)) return false;
  try {
    await action(step);
    return true;
  } catch (thrown) {
    failed.set(step.id, asDroverError(thrown).at({ step: step.id }));
    return false;
  }
}
