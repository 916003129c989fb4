import { countDecisions, isPending, type Plan } from "../core/plan.ts";
import type { Action, Change, Decision } from "../core/step.ts";
import { isSensitive, modeOf } from "./change.ts";
import { unified } from "./diff.ts";

/**
 * The plan for programs (`plan --json`), as a plain object to be printed on one line: version 1, no contents of
 * sensitive files ever, no shell text unless `verbose`. Pure.
 */
export function planJson(plan: Plan, { verbose }: { readonly verbose: boolean }): object {
  return {
    v: 1,
    kind: "plan",
    cluster: plan.cluster,
    pending: isPending(plan),
    counts: countDecisions(plan),
    hosts: plan.hostPlans.map(({ host, stage, decided }) => ({
      host: host.name,
      stage: stage.id,
      steps: decided.map(({ step, decision }) => ({
        step: step.id,
        title: step.title,
        ...decisionJson(decision, verbose),
      })),
    })),
  };
}

function decisionJson(decision: Decision, verbose: boolean): object {
  if (decision.kind !== "change") return { ...decision };
  return { kind: "change", changes: decision.changes.map((change) => changeJson(change, verbose)) };
}

function changeJson(change: Change, verbose: boolean): object {
  const sensitive = isSensitive(change);
  const compared = change.before !== undefined || change.after !== undefined;
  return {
    summary: change.summary,
    ...(change.disrupts === undefined ? {} : { disrupts: change.disrupts }),
    ...(sensitive ? { sensitive } : {}),
    ...(compared ? { diff: unified(change.before ?? "", change.after ?? "") } : {}),
    actions: change.actions.map((action) => actionJson(action, verbose)),
  };
}

function actionJson(action: Action, verbose: boolean): object {
  switch (action.kind) {
    case "write":
      return { kind: "write", path: action.path, mode: modeOf(action), owner: action.owner };
    case "download":
      return { kind: "download", url: action.url, to: action.to };
    case "reboot":
      return { kind: "reboot", because: action.because };
    case "run":
      // Never `stdin`: that is where secrets go.
      return verbose ? { kind: "run", sh: action.sh.text } : { kind: "run" };
  }
}
