import type { Host } from "./cluster.ts";
import type { AnyStep, Decision, Stage } from "./step.ts";

/** A step and what it decided on one host. */
export interface Decided {
  readonly step: AnyStep;
  readonly decision: Decision;
}

/** What one stage would do to one host, in the order in which it would be done. */
export interface HostPlan {
  readonly host: Host;
  readonly stage: Stage;
  readonly decided: readonly Decided[];
}

/** The whole forecast: stages in order, hosts in the order of the inventory. */
export interface Plan {
  readonly cluster: string;
  readonly hostPlans: readonly HostPlan[];
}

/** Numbers that say how much is ahead, in steps: each step once on each host. */
export interface PlanCounts {
  readonly ok: number;
  readonly change: number;
  readonly later: number;
  readonly blocked: number;
}

/** How many decisions of each kind the plan holds. */
export function countDecisions(plan: Plan): PlanCounts {
  const counts = { ok: 0, change: 0, later: 0, blocked: 0 };
  for (const { decided } of plan.hostPlans) for (const { decision } of decided) counts[decision.kind] += 1;
  return counts;
}

/** How many changes are ahead, counted as a run counts those it made: a step may make several. What is known only later is not among them. */
export function countChanges(plan: Plan): number {
  const decisions = plan.hostPlans.flatMap(({ decided }) => decided.map(({ decision }) => decision));
  return decisions.reduce((sum, decision) => sum + (decision.kind === "change" ? decision.changes.length : 0), 0);
}

/** Whether somebody must say yes before it is carried out: not where all that is ahead is waiting for what comes by itself. */
export function needsApproval(plan: Plan): boolean {
  return plan.hostPlans.some(({ decided }) =>
    decided.some(({ decision }) =>
      decision.kind === "change" ? !decision.changes.every((change) => change.onlyWaits) : decision.kind !== "ok",
    ),
  );
}

/** Whether a run would do anything at all. */
export function isPending(plan: Plan): boolean {
  const counts = countDecisions(plan);
  return counts.change + counts.later + counts.blocked > 0;
}
