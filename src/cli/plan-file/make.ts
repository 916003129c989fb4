import { countDecisions, type Plan } from "../../core/plan.ts";
import type { Action, Change, Decision } from "../../core/step.ts";
import { isSensitive, modeOf } from "../../view/change.ts";
import { unified } from "../../view/diff.ts";
import type { PlanFile, PlannedStep } from "./schema.ts";
import { type Seal, wholeDecision } from "./seal.ts";

/** When and how a plan was made. */
export type PlanOrigin = Pick<PlanFile, "made" | "drover" | "hosts" | "only">;

/** A plan as it is kept: all that a person needs to judge it, and no secret. Pure. */
export function planFile(plan: Plan, origin: PlanOrigin, seal: Seal): PlanFile {
  const whole = {
    v: 1,
    kind: "drover-plan",
    cluster: plan.cluster,
    ...origin,
    counts: { ...countDecisions(plan) },
    steps: plannedSteps(plan, seal),
  } as const;
  return { ...whole, seal: seal(JSON.stringify(whole)) };
}

/** Whether nobody edited the plan since it was made with this seal. */
export function isWhole({ seal: given, ...whole }: PlanFile, seal: Seal): boolean {
  return seal(JSON.stringify(whole)) === given;
}

/** Every step of every host, as it stands in a plan file. */
export function plannedSteps(plan: Plan, seal: Seal): PlannedStep[] {
  return plan.hostPlans.flatMap(({ host, stage, decided }) =>
    decided.map(({ step, decision }) => ({
      host: host.name,
      stage: stage.id,
      step: step.id,
      title: step.title,
      decision: shown(decision),
      seal: sealOfStep({ host: host.name, stage: stage.id, step: step.id, decision }, seal),
    })),
  );
}

/** The seal of what one step decided on one host. */
export function sealOfStep(
  one: { readonly host: string; readonly stage: string; readonly step: string; readonly decision: Decision },
  seal: Seal,
): string {
  return seal(JSON.stringify([one.host, one.stage, one.step, one.decision.kind, wholeDecision(one.decision)]));
}

function shown(decision: Decision): PlannedStep["decision"] {
  return decision.kind === "change" ? { kind: "change", changes: decision.changes.map(shownChange) } : { ...decision };
}

type ShownChange = Extract<PlannedStep["decision"], { kind: "change" }>["changes"][number];

function shownChange(change: Change): ShownChange {
  const sensitive = isSensitive(change);
  const compared = change.before !== undefined || change.after !== undefined;
  return {
    summary: change.summary,
    ...(change.disrupts === undefined ? {} : { disrupts: change.disrupts }),
    ...(sensitive ? { sensitive } : {}),
    ...(compared ? { diff: [...unified(change.before ?? "", change.after ?? "")] } : {}),
    actions: change.actions.map((action) => shownAction(action, sensitive)),
  };
}

function shownAction(action: Action, sensitive: boolean): ShownChange["actions"][number] {
  switch (action.kind) {
    case "write": {
      const content = sensitive ? {} : { content: action.content };
      return { kind: "write", path: action.path, mode: modeOf(action), owner: action.owner, ...content };
    }
    case "download":
      return { kind: "download", url: action.url, to: action.to };
    case "reboot":
      return { kind: "reboot", because: action.because };
    case "run":
      // Never `stdin`: that is where secrets go.
      return { kind: "run", sh: action.sh.text };
  }
}
