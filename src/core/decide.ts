import type { Host } from "./cluster.ts";
import { DroverError } from "./errors.ts";
import type { Decided } from "./plan.ts";
import type { Result } from "./probe.ts";
import type { Sh } from "./shell.ts";
import type { AnyStep, Decision } from "./step.ts";

/** Answers by the text of the question: equal questions are asked once, whichever steps ask them. */
export type Answers = ReadonlyMap<string, Result>;

/** The steps that concern a host. */
export function applicable(steps: readonly AnyStep[], host: Host): readonly AnyStep[] {
  return steps.filter((step) => step.appliesTo?.(host) ?? true);
}

/** Every question of these steps, each once. */
export function questionsOf(steps: readonly AnyStep[], host: Host): readonly Sh[] {
  const questions = new Map<string, Sh>();
  for (const step of steps) {
    for (const probe of Object.values(step.probes(host))) questions.set(probe.sh.text, probe.sh);
  }
  return [...questions.values()];
}

/**
 * What a step makes of the answers.
 * @throws DroverError `internal/bug` if a question was not asked, or if the step itself throws: both are defects of ours.
 */
export function decide(step: AnyStep, host: Host, answers: Answers): Decision {
  const observed: Record<string, unknown> = {};
  for (const [name, probe] of Object.entries(step.probes(host))) {
    const answer = answers.get(probe.sh.text);
    if (answer === undefined) throw stepBug(step, host, `the probe "${name}" was not asked`, undefined);
    observed[name] = guarded(step, host, () => probe.parse(answer));
  }
  return guarded(step, host, () => step.decide(observed, host));
}

/** The decisions of several steps, in their order. */
export function decideAll(steps: readonly AnyStep[], host: Host, answers: Answers): readonly Decided[] {
  return steps.map((step) => ({ step, decision: decide(step, host, answers) }));
}

function guarded<T>(step: AnyStep, host: Host, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw stepBug(step, host, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}

function stepBug(step: AnyStep, host: Host, message: string, cause: unknown): DroverError {
  return new DroverError("internal/bug", message, {
    host: host.name,
    step: step.id,
    remedy: "This is a defect of Drover. Please report it with the journal of this run.",
    cause,
  });
}
