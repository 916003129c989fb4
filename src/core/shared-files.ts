import type { Decided, HostPlan } from "./plan.ts";
import type { Decision, StepId } from "./step.ts";

/** The files that a decision's changes write. */
export function writtenBy(decision: Decision): readonly string[] {
  const actions = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
  return actions.flatMap((action) => (action.kind === "write" ? [action.path] : []));
}

/**
 * What can be foreseen: a step that would write a file which one before it writes on the same host is decided anew by then, as it
 * would undo that otherwise. What it would write to the file as it is now is not what is going to be done, and its words say so.
 */
export function withSharedFiles(hostPlans: readonly HostPlan[]): readonly HostPlan[] {
  const writers = new Map<string, StepId>();
  const foreseen = (host: string, { step, decision }: Decided): Decided => {
    const places = writtenBy(decision).map((path) => ({ path, key: JSON.stringify([host, path]) }));
    const shared = places.find(({ key }) => writers.has(key));
    const after = shared === undefined ? undefined : writers.get(shared.key);
    for (const { key } of places) writers.set(key, step.id);
    if (shared === undefined || after === undefined || decision.kind !== "change") return { step, decision };
    const summaries = decision.changes.map(({ summary }) => summary).join("; ");
    const because = `it writes ${shared.path} too, and is decided anew then; on the file as it is now: ${summaries}`;
    return { step, decision: { kind: "later", after, because } };
  };
  return hostPlans.map((one) => ({ ...one, decided: one.decided.map((each) => foreseen(one.host.name, each)) }));
}
