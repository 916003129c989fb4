import { type Answers, applicable, decide } from "../core/decide.ts";
import { DroverError } from "../core/errors.ts";
import { type Pipeline, stepsAhead } from "../core/pipeline.ts";
import { writtenBy } from "../core/shared-files.ts";
import type { AnyStep, Change, Decision, Stage } from "../core/step.ts";
import { byNeeds } from "./by-needs.ts";
import type { Deps } from "./deps.ts";
import { askSteps } from "./look.ts";
import { perform } from "./perform.ts";
import type { Session } from "./session.ts";
import type { InTurn } from "./turns.ts";

/** One host in one stage. */
export interface Task {
  readonly pipeline: Pipeline;
  readonly stage: Stage;
  readonly session: Session;
  readonly deps: Deps;
  /** For changes that are made on one host at a time. */
  readonly inTurn: InTurn;
}

/** What came of it: the newest answers of the host and how many changes were made. */
export interface Converged {
  readonly answers: Answers;
  readonly changes: number;
}

/**
 * Brings one host to what the stage wants: takes the lock and asks again, if it is not held yet, acts, asks again, and insists
 * that every decision is then "ok". Does nothing, and takes no lock, if all is right already.
 * @throws DroverError `step/not-converged` if a step still wants something after it acted; `plan/blocked` or the step's own code
 */
export async function converge(task: Task, known: Answers): Promise<Converged> {
  const { pipeline, stage, session } = task;
  const steps = applicable(stage.steps, session.host);
  if (steps.every((step) => decide(step, session.host, known).kind === "ok")) return { answers: known, changes: 0 };
  const isLockNew = await session.lock();
  const ahead = stepsAhead(pipeline, stage, session.host);
  const proceed = stage.together === true ? actTogether : act;
  const acted = await proceed(task, steps, ahead, isLockNew ? await askSteps(session, ahead) : known);
  if (acted.changes > 0) prove(task, steps, acted.answers);
  return acted;
}

/**
 * Goes through the steps in order. One that had to wait for an earlier one, or would write a file that an earlier one has written,
 * is decided on fresh answers.
 */
async function act(
  task: Task,
  steps: readonly AnyStep[],
  ahead: readonly AnyStep[],
  first: Answers,
): Promise<Converged> {
  let answers = first;
  let changes = 0;
  let stale = false;
  let written: readonly string[] = [];
  for (const step of steps) {
    let decision = decide(step, task.session.host, answers);
    if (stale && (decision.kind === "later" || writtenBy(decision).some((path) => written.includes(path)))) {
      answers = await askSteps(task.session, ahead);
      stale = false;
      written = [];
      decision = decide(step, task.session.host, answers);
    }
    report(task, step, decision);
    const made = await enact(task, step, decision);
    changes += made;
    stale ||= made > 0;
    written = [...written, ...writtenBy(decision)];
  }
  return { answers: stale ? await askSteps(task.session, ahead) : answers, changes };
}

/** Goes through the steps by their needs, several at a time. Whoever comes after a change decides on fresh answers. */
async function actTogether(
  task: Task,
  steps: readonly AnyStep[],
  ahead: readonly AnyStep[],
  first: Answers,
): Promise<Converged> {
  let changes = 0;
  await byNeeds(steps, async (step) => {
    const answers = changes === 0 ? first : await askSteps(task.session, [step]);
    const decision = decide(step, task.session.host, answers);
    report(task, step, decision);
    // Not `changes += await`: that would add to what it was before the other steps went on.
    const made = await enact(task, step, decision);
    changes += made;
  });
  return { answers: changes === 0 ? first : await askSteps(task.session, ahead), changes };
}

/** Performs what one decision asks for, and says how many changes that were. */
async function enact(task: Task, step: AnyStep, decision: Decision): Promise<number> {
  if (decision.kind === "ok") return 0;
  if (decision.kind === "change") {
    const at = { host: task.session.host.name, step: step.id };
    for (const change of decision.changes) {
      const make = () => makeChange(task, step, change);
      await (change.oneByOne === true ? task.inTurn(at, make) : make());
    }
    return decision.changes.length;
  }
  if (decision.kind === "blocked") throw blockedError(task.session.host.name, step, decision);
  throw notConverged(task, step, `it waits for ${decision.after}, which is done (${decision.because})`);
}

async function makeChange({ session, deps }: Task, step: AnyStep, change: Change): Promise<void> {
  const host = session.host.name;
  if (deps.stopping()) throw cancelled(host, step);
  const started = deps.now();
  deps.emit({ kind: "change-started", host, step: step.id, summary: change.summary });
  await perform(change.actions, { session, step: step.id, deps });
  deps.emit({ kind: "change-finished", host, step: step.id, summary: change.summary, tookMs: deps.now() - started });
}

function prove(task: Task, steps: readonly AnyStep[], answers: Answers): void {
  for (const step of steps) {
    const decision = decide(step, task.session.host, answers);
    if (decision.kind === "blocked") throw blockedError(task.session.host.name, step, decision);
    if (decision.kind === "later") throw notConverged(task, step, decision.because);
    if (decision.kind === "change")
      throw notConverged(task, step, decision.changes.map((change) => change.summary).join("; "));
    task.deps.emit({ kind: "step-proven", host: task.session.host.name, step: step.id });
  }
}

function report({ session, deps }: Task, step: AnyStep, decision: Decision): void {
  const decided = { kind: decision.kind, summaries: summariesOf(decision) };
  deps.emit({ kind: "step-decided", host: session.host.name, step: step.id, title: step.title, decision: decided });
}

/** A decision in words: the changes' summaries, or the reason. */
export function summariesOf(decision: Decision): readonly string[] {
  if (decision.kind === "ok") return [];
  return decision.kind === "change" ? decision.changes.map((change) => change.summary) : [decision.because];
}

/** A step that a person must help, as an error. */
export function blockedError(
  host: string,
  step: AnyStep,
  decision: Extract<Decision, { kind: "blocked" }>,
): DroverError {
  return new DroverError(decision.code ?? "plan/blocked", decision.because, {
    host,
    step: step.id,
    remedy: decision.remedy,
  });
}

function notConverged({ session }: Task, step: AnyStep, still: string): DroverError {
  return new DroverError("step/not-converged", `"${step.title}" was done, but asking again says otherwise: ${still}`, {
    host: session.host.name,
    step: step.id,
    remedy:
      "Run the command again. If it stays so, something else on the host undoes the change, or it is a defect of Drover.",
  });
}

function cancelled(host: string, step: AnyStep): DroverError {
  return new DroverError("cli/cancelled", "stopped as asked, before the next change", {
    host,
    step: step.id,
    remedy: "Run the command again: it goes on from here.",
  });
}
