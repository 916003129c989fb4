import type { Host } from "../../core/cluster.ts";
import { type Answers, applicable, furtherQuestions, questionsOf } from "../../core/decide.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import { hostsOf } from "../../core/pipeline.ts";
import type { Plan } from "../../core/plan.ts";
import type { Result } from "../../core/probe.ts";
import type { Sh } from "../../core/shell.ts";
import type { Deps } from "../../run/deps.ts";
import { planFrom } from "../../run/look.ts";
import { openSession } from "../../run/session.ts";

/** What one host, or the control machine, answered: what a run would change there, and what else was asked. */
export interface Asked {
  readonly forecast: Plan;
  readonly answers: Answers;
}

/** What is asked beside a pipeline's own questions, and which of these it answers too. */
export interface More {
  readonly questions: readonly Sh[];
  /** Answers that follow from others, by the text of their questions, which are then not asked. */
  readonly inferred?: ReadonlyMap<string, (answers: Answers) => Result | undefined>;
}

/**
 * Asks a host, in one exec, all that the pipeline wants to know of it and more. The pipeline is that of this host alone.
 * @throws DroverError if it cannot be reached
 */
export async function askWithMore(pipeline: Pipeline, host: Host, more: More, deps: Deps): Promise<Asked> {
  const stages = pipeline.stages.filter((stage) => hostsOf(pipeline, stage).includes(host));
  const steps = stages.flatMap((stage) => applicable(stage.steps, host));
  const session = await openSession(host, deps);
  const { questions, inferred = new Map() } = more;
  try {
    const wanted = [...questionsOf(steps, host), ...questions].filter(({ text }) => !inferred.has(text));
    const asked = await session.ask([...new Map(wanted.map((sh) => [sh.text, sh])).values()]);
    const first = new Map(asked);
    for (const [text, infer] of inferred) first.set(text, infer(asked) ?? { code: 1, stdout: "", stderr: "" });
    const answers = new Map([...first, ...(await session.ask(furtherQuestions(steps, host, first)))]);
    return { forecast: planFrom(pipeline, new Map([[host.name, answers]])), answers };
  } finally {
    await session.close();
  }
}
