import { describe, expect, it } from "vitest";
import { isPending, needsApproval, type Plan } from "../../src/core/plan.ts";
import { type Change, type Decision, ok } from "../../src/core/step.ts";
import { decided, hostOf, planOf, someAction, stageOf } from "./support/view-support.ts";

const waits: Change = { summary: "wait for coredns", actions: [someAction], onlyWaits: true };
const writes: Change = { summary: "load overlay", actions: [someAction] };
const later: Decision = { kind: "later", after: "rke/up", because: "the cluster does not answer yet" };
const blocked: Decision = { kind: "blocked", because: "the disk is full", remedy: "Make room." };

/** A plan with these decisions, each on a host of its own. */
function planWith(...decisions: readonly Decision[]): Plan {
  const stage = stageOf("ready", "The cluster is ready");
  return planOf(
    ...decisions.map((decision, i) => ({
      host: hostOf(`h${i}`),
      stage,
      decided: [decided("os/a", "A", ok), decided("rke/ready", "All is ready", decision)],
    })),
  );
}

describe("a plan", () => {
  it.each<[string, Decision[], boolean, boolean]>([
    ["nothing at all", [], false, false],
    ["what is right already", [ok, ok], false, false],
    ["waiting", [{ kind: "change", changes: [waits] }, ok], true, false],
    ["waiting for several things", [{ kind: "change", changes: [waits, waits] }], true, false],
    ["a change after a wait", [{ kind: "change", changes: [waits, writes] }], true, true],
    [
      "a wait, and a change elsewhere",
      [
        { kind: "change", changes: [waits] },
        { kind: "change", changes: [writes] },
      ],
      true,
      true,
    ],
    ["a wait, and what is only known after it", [{ kind: "change", changes: [waits] }, later], true, true],
    ["what a person must do", [blocked], true, true],
  ])("of %s", (_, decisions, pending, asks) => {
    expect(isPending(planWith(...decisions))).toBe(pending);
    expect(needsApproval(planWith(...decisions))).toBe(asks);
  });
});
