import type { Decided, Plan } from "../core/plan.ts";
import type { Stage, StepId } from "../core/step.ts";

/** One step in one stage, and what it decided on which host. */
export interface StepGroup {
  readonly step: StepId;
  readonly title: string;
  readonly decisions: readonly { readonly host: string; readonly decided: Decided }[];
}

/** A stage with what is not yet as it should be. */
export interface StageGroup {
  readonly stage: Stage;
  readonly hosts: number;
  readonly steps: readonly StepGroup[];
}

/** The plan by stage, then step, then host, without all that is "ok"; a stage that is all "ok" stays, with no steps. */
export function groupPlan(plan: Plan): readonly StageGroup[] {
  const stages = new Map<string, { stage: Stage; hosts: number; steps: Map<StepId, Mutable> }>();
  for (const { host, stage, decided: all } of plan.hostPlans) {
    const entry = stages.get(stage.id) ?? { stage, hosts: 0, steps: new Map<StepId, Mutable>() };
    stages.set(stage.id, entry);
    entry.hosts += 1;
    for (const decided of all) {
      if (decided.decision.kind === "ok") continue;
      const { id, title } = decided.step;
      const group = entry.steps.get(id) ?? { step: id, title, decisions: [] };
      entry.steps.set(id, group);
      group.decisions.push({ host: host.name, decided });
    }
  }
  return [...stages.values()].map(({ stage, hosts, steps }) => ({ stage, hosts, steps: [...steps.values()] }));
}

interface Mutable extends StepGroup {
  readonly decisions: { readonly host: string; readonly decided: Decided }[];
}

/** Values that look the same to the reader, with the hosts they hold for; in order of first appearance. */
export function groupBySame<T>(
  items: readonly { readonly host: string; readonly value: T }[],
  key: (value: T) => string,
): readonly { readonly hosts: readonly string[]; readonly value: T }[] {
  const groups = new Map<string, { hosts: string[]; value: T }>();
  for (const { host, value } of items) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), { hosts: [host], value });
    else group.hosts.push(host);
  }
  return [...groups.values()];
}
