import { cutCode, probeLimitSeconds } from "./batch.ts";
import type { Host } from "./cluster.ts";
import { DroverError } from "./errors.ts";
import type { Decided } from "./plan.ts";
import type { Probe, Result } from "./probe.ts";
import type { Sh } from "./shell.ts";
import type { AnyStep, Decision } from "./step.ts";

/** Answers by the text of the question: equal questions are asked once, whichever steps ask them. */
export type Answers = ReadonlyMap<string, Result>;

/** The steps that concern a host. */
export function applicable(steps: readonly AnyStep[], host: Host): readonly AnyStep[] {
  return steps.filter((step) => step.appliesTo?.(host) ?? true);
}

/** Every question of these steps, each once, but for those that others must call for first. */
export function questionsOf(steps: readonly AnyStep[], host: Host): readonly Sh[] {
  return distinct(probesOf(steps, host).map((probe) => probe.onlyIf?.sh ?? probe.sh));
}

/** The questions that these answers call for, each once. */
export function furtherQuestions(steps: readonly AnyStep[], host: Host, answers: Answers): readonly Sh[] {
  const called = probesOf(steps, host).filter(({ onlyIf }) => {
    const answer = onlyIf === undefined ? undefined : answers.get(onlyIf.sh.text);
    return answer !== undefined && onlyIf?.isNeeded(answer) === true;
  });
  return distinct(called.map((probe) => probe.sh));
}

function probesOf(steps: readonly AnyStep[], host: Host): readonly Probe<unknown>[] {
  return steps.flatMap((step) => Object.values(step.probes(host)));
}

function distinct(questions: readonly Sh[]): readonly Sh[] {
  return [...new Map(questions.map((question) => [question.text, question])).values()];
}

/** The answer to a question that was not called for. */
const notAsked: Result = { code: 1, stdout: "", stderr: "" };

/**
 * What a step makes of the answers.
 * @throws DroverError `internal/bug` if a question was not asked, or if the step itself throws: both are defects of ours.
 */
export function decide(step: AnyStep, host: Host, answers: Answers): Decision {
  const observed: Record<string, unknown> = {};
  let isCut = false;
  for (const [name, probe] of Object.entries(step.probes(host))) {
    const answer = answers.get(probe.sh.text) ?? (probe.onlyIf === undefined ? undefined : notAsked);
    if (answer === undefined) throw stepBug(step, host, `the probe "${name}" was not asked`, undefined);
    isCut ||= answer.code === cutCode;
    observed[name] = guarded(step, host, () => probe.parse(answer));
  }
  const decision = guarded(step, host, () => step.decide(observed, host));
  return isCut && decision.kind === "blocked" ? withLimit(decision) : decision;
}

/** A host that is only slow is told as such, with how slow it may be. */
function withLimit(decision: Extract<Decision, { kind: "blocked" }>): Decision {
  return {
    ...decision,
    because: `${decision.because}; a question about it was cut after ${probeLimitSeconds} s`,
    remedy: `If the host was only busy, run this again when it is less so. Otherwise: ${decision.remedy}`,
  };
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
