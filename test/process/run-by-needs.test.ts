import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import { type AnyStep, defineStep, ok, type StepId } from "../../src/core/step.ts";
import { byNeeds } from "../../src/run/by-needs.ts";
import { up } from "../../src/run/pipeline.ts";
import { RunWorld, stage } from "../unit/support/run-world.ts";

function step(id: StepId, ...needs: readonly StepId[]): AnyStep {
  return defineStep({ id, title: id, needs, probes: () => ({}), decide: () => ok });
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** Runs the steps, those in `failing` badly, and tells in which order they began and ended. */
async function run(steps: readonly AnyStep[], failing: readonly string[] = []) {
  const log: string[] = [];
  const thrown = await byNeeds(steps, async ({ id }) => {
    log.push(`+${id}`);
    await pause();
    if (failing.includes(id)) throw new DroverError("step/action-failed", id, { remedy: "r" });
    log.push(`-${id}`);
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { log, thrown };
}

describe("steps with needs", () => {
  it("that do not need each other run at the same time", async () => {
    expect((await run([step("a/x"), step("b/x")])).log).toEqual(["+a/x", "+b/x", "-a/x", "-b/x"]);
  });

  it("begin as soon as what they need is done, and not before", async () => {
    const { log } = await run([step("a/x"), step("a/y", "a/x"), step("b/x", "a/x", "a/y")]);
    expect(log).toEqual(["+a/x", "-a/x", "+a/y", "-a/y", "+b/x", "-b/x"]);
  });

  it("do not wait for a step of another stage", async () => {
    expect((await run([step("a/x", "rke/ready")])).log).toEqual(["+a/x", "-a/x"]);
  });

  it("are left out if what they need failed; the others are finished, and the failure names its step", async () => {
    const { log, thrown } = await run([step("a/x"), step("a/y", "a/x"), step("a/z", "a/y"), step("b/x")], ["a/x"]);
    expect(log).toEqual(["+a/x", "+b/x", "-b/x"]);
    expect(thrown).toMatchObject({ code: "step/action-failed", step: "a/x" });
  });

  it("tell all failures", async () => {
    const { thrown } = await run([step("a/x"), step("b/x")], ["a/x", "b/x"]);
    expect(thrown instanceof SeveralFailed && thrown.failures.map((failure) => failure.step)).toEqual(["a/x", "b/x"]);
  });
});

describe("up with a stage whose steps go together", () => {
  let world: RunWorld;
  beforeEach(() => {
    world = new RunWorld();
  });
  afterEach(() => world.remove());

  it("makes all true, decides what comes after a change on fresh answers, and proves it", async () => {
    const later = { ...world.fileStep("t/z", "Z", { after: "t/x" }), needs: ["t/x"] } as AnyStep;
    const together = { ...stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y"), later), together: true };
    const outcome = await up(world.pipeline(["a"], together), world.deps, async () => true);
    expect(outcome).toMatchObject({ kind: "changed", changes: 3 });
    expect([world.file("a", "t-x"), world.file("a", "t-y"), world.file("a", "t-z")]).toEqual(["X", "Y", "Z"]);
    expect(world.kinds().filter((kind) => kind === "step-proven")).toHaveLength(3);
    const again = await up(world.pipeline(["a"], together), world.deps, async () => true);
    expect(again.kind).toBe("nothing-to-do");
  });

  it("tells each of several failures with host and step", async () => {
    const spoiled = [world.fileStep("t/x", "X", { spoil: true }), world.fileStep("t/y", "Y", { spoil: true })];
    const failing = spoiled.map((one) => ({ ...one, decide: () => failingChange }) as AnyStep);
    const together = { ...stage("one", ...failing), together: true };
    const thrown = await up(world.pipeline(["a"], together), world.deps, async () => true).catch((error) => error);
    expect(thrown).toBeInstanceOf(SeveralFailed);
    expect(thrown.failures.map((one: DroverError) => [one.code, one.host, one.step])).toEqual([
      ["step/action-failed", "a", "t/x"],
      ["step/action-failed", "a", "t/y"],
    ]);
  });
});

const failingChange = {
  kind: "change",
  changes: [{ summary: "fail", actions: [{ kind: "run", sh: { text: "exit 7" }, timeoutMs: 5000 }] }],
} as never;
