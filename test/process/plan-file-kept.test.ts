import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { writePlanFile } from "../../src/cli/plan-file/files.ts";
import { keptPlan } from "../../src/cli/plan-file/kept.ts";
import { planFile } from "../../src/cli/plan-file/make.ts";
import type { PlanFile } from "../../src/cli/plan-file/schema.ts";
import { sealOf } from "../../src/cli/plan-file/seal.ts";
import type { RunEnvironment } from "../../src/cli/run-environment.ts";
import { fullPipeline } from "../../src/cli/stages.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, paths, templates } from "../unit/support/rke-world.ts";
import { decided, hostOf, planOf, someAction, stageOf } from "../unit/support/view-support.ts";

const randomHex = (bytes: number): string => "5e".repeat(bytes);
const pipeline = fullPipeline(cluster, paths, templates);
const names = pipeline.hosts.map(({ name }) => name);

let dir: string;
beforeEach(() => {
  dir = testFolder("kept");
});

const nothingPlanned = { ...planOf(), cluster: cluster.name };

/** A plan that was kept for these hosts and stages, read as `drover up` reads it. */
function kept(selection: Partial<Pick<PlanFile, "hosts" | "only">>, options = {}, plan = nothingPlanned) {
  const seal = sealOf(join(dir, ".drover"), randomHex);
  const origin = { made: "2026-11-21T12:00:00.000Z", drover: "0.1.0", hosts: null, only: null, ...selection };
  writePlanFile(join(dir, "plan.json"), planFile(plan, origin, seal));
  const environment = { context: { cwd: dir, randomHex }, loaded: { cluster, inventory: join(dir, "inventory.yaml") } };
  return keptPlan("plan.json", options, environment as unknown as RunEnvironment);
}

function told(act: () => unknown) {
  try {
    act();
  } catch (thrown) {
    return { exitCode: exitCodeOf(thrown), failures: failuresOf(thrown) };
  }
  return undefined;
}

describe("the part of the pipeline that a plan was made for", () => {
  it("is what was chosen then", () => {
    expect(kept({}).select(pipeline)).toEqual(pipeline);
    expect(
      kept({ hosts: names[1] ?? "" })
        .select(pipeline)
        .hosts.map(({ name }) => name),
    ).toEqual([names[1]]);
    expect(
      kept({ only: "docker,os/dns" })
        .select(pipeline)
        .stages.map(({ id }) => id),
    ).toEqual(["os", "docker"]);
  });

  it.each<[string, Partial<PlanFile>, string]>([
    ["a host", { hosts: "gone-1" }, "--hosts does not know gone-1"],
    ["one host of two", { hosts: `${names[0]},gone-1` }, "--hosts does not know gone-1"],
    ["a stage", { only: "gone" }, "--only does not know gone"],
    ["one step of two", { only: "os/dns,os/gone" }, "--only does not know os/gone"],
  ])("that the inventory no longer has is told as a stale plan: %s", (_, selection, why) => {
    expect(told(() => kept(selection).select(pipeline))).toMatchObject({
      exitCode: 1,
      failures: [
        {
          code: "plan/stale",
          message: `the plan no longer fits the inventory: ${why}`,
          remedy: expect.stringContaining("drover plan -o"),
        },
      ],
    });
  });

  it.each([{ hosts: "n1" }, { limit: "n1" }, { roles: "worker" }, { only: "os" }, { hosts: "" }])(
    "cannot be chosen anew: %j",
    (options) => {
      expect(told(() => kept({}, options))).toMatchObject({ exitCode: 3, failures: [{ code: "cli/usage" }] });
    },
  );
});

describe("what a plan lets be done", () => {
  const host = hostOf(names[0] ?? "");
  const change = { kind: "change", changes: [{ summary: "x is there", actions: [someAction] }] } as const;
  const planned = (decision: Parameters<typeof decided>[2]) => ({
    ...planOf({ host, stage: stageOf("os", "OS"), decided: [decided("os/x", "X", decision)] }),
    cluster: cluster.name,
  });

  it("is all of it where everything is done already, whatever it said", () => {
    expect(kept({}, {}, planned(change)).narrow(pipeline, planned({ kind: "ok" }))).toBe(pipeline);
  });

  it("is nothing where a host wants something else, or something that is not in it", () => {
    const other = { kind: "change", changes: [{ summary: "y is there", actions: [someAction] }] } as const;
    const codes = (before: typeof nothingPlanned) =>
      told(() => kept({}, {}, before).narrow(pipeline, planned(other)))?.failures.map(({ code, step }) => [code, step]);
    expect(codes(planned(change))).toEqual([["plan/stale", "os/x"]]);
    expect(codes(nothingPlanned)).toEqual([["plan/stale", "os/x"]]);
  });

  it("holds every step to it, and to change nothing that it does not have", () => {
    const { stages } = kept({}, {}, planned(change)).narrow(pipeline, planned(change));
    expect(stages.map(({ id }) => id)).toEqual(pipeline.stages.map(({ id }) => id));
    const [first = expect.fail()] = pipeline.hosts;
    const surprise = { ...stageOf("os", "OS"), steps: [decided("os/y", "Y", change).step] };
    const narrowed = kept({}, {}, planned(change)).narrow({ ...pipeline, stages: [surprise] }, planned(change));
    expect(narrowed.stages[0]?.steps[0]?.decide({}, first)).toMatchObject({ kind: "blocked", code: "plan/stale" });
  });
});
