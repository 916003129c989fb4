import type { Host } from "../../core/cluster.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import type { AnyStep, Decision, Stage } from "../../core/step.ts";
import { placeOf, staleError, wordsOf } from "./compare.ts";
import { plannedSteps, sealOfStep } from "./make.ts";
import type { PlanFile, PlannedStep } from "./schema.ts";
import type { Seal } from "./seal.ts";

/**
 * The same pipeline, whose steps change nothing but what the plan says: a step that comes to want something else while the
 * plan is carried out is blocked. What the plan leaves open ("known after ...") may become whatever is needed. Pure.
 */
export function onlyAsPlanned(pipeline: Pipeline, kept: PlanFile, seal: Seal): Pipeline {
  const planned = new Map(kept.steps.map((step) => [placeOf(step), step]));
  const narrow = (stage: Stage): Stage => ({
    ...stage,
    steps: stage.steps.map((step) => ({
      ...step,
      decide: (observed, host) => {
        const decision = step.decide(observed, host);
        const place = { host: host.name, stage: stage.id, step: step.id };
        const wanted = planned.get(placeOf(place));
        return isPlanned(decision, wanted, sealOfStep({ ...place, decision }, seal))
          ? decision
          : refuse(step, stage, host, decision, wanted);
      },
    })),
  });
  return { ...pipeline, stages: pipeline.stages.map(narrow) };
}

function isPlanned(decision: Decision, wanted: PlannedStep | undefined, seal: string): boolean {
  if (decision.kind !== "change") return true;
  return wanted?.decision.kind === "later" || wanted?.seal === seal;
}

function refuse(
  step: AnyStep,
  stage: Stage,
  host: Host,
  decision: Decision,
  wanted: PlannedStep | undefined,
): Decision {
  const plan = { cluster: "", hostPlans: [{ host, stage, decided: [{ step, decision }] }] };
  const [is] = plannedSteps(plan, () => "");
  const { message } = staleError({ host: host.name, step: step.id }, wordsOf(wanted), wordsOf(is));
  const remedy = "What the plan had done before stays. Make a new plan with drover plan -o for what is left.";
  return { kind: "blocked", code: "plan/stale", because: message, remedy };
}
