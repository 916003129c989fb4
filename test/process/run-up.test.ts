import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import { countChanges, countDecisions, isPending, type Plan } from "../../src/core/plan.ts";
import { sh } from "../../src/core/shell.ts";

import { type AnyStep, type Change, defineStep, ok, type Stage } from "../../src/core/step.ts";
import type { Deps } from "../../src/run/deps.ts";

import { lockScript } from "../../src/run/lock-script.ts";
import { plan, up } from "../../src/run/pipeline.ts";
import { RunWorld, stage } from "../unit/support/run-world.ts";

let world: RunWorld;
beforeEach(() => {
  world = new RunWorld();
});
afterEach(() => world.remove());

const yes = async (): Promise<boolean> => true;

async function failuresOf(run: Promise<unknown>): Promise<readonly DroverError[]> {
  const thrown = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof SeveralFailed)) throw new Error(`expected SeveralFailed, got ${String(thrown)}`);
  return thrown.failures;
}

/** A run of somebody else that has a host's lock. */
async function held(host: string): Promise<{ readonly end: () => Promise<void> }> {
  const holder = spawn("/bin/sh", ["-c", lockScript(join(world.dir, `${host}.lock`), "ann@desk")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const closed = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  return {
    end: async () => {
      holder.stdin.end();
      await closed;
    },
  };
}

async function isFree(host: string): Promise<boolean> {
  const flock = spawn("flock", ["-n", join(world.dir, `${host}.lock`), "true"], { stdio: "ignore" });
  return (await new Promise((resolve) => flock.once("close", resolve))) === 0;
}

describe("up", () => {
  it("makes every host right, and the second run finds nothing to do with one exec per host and no lock", async () => {
    const pipeline = world.pipeline(["a", "b"], stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y")));
    const first = await up(pipeline, world.deps, yes);
    expect(first).toMatchObject({ kind: "changed", changes: 4 });
    expect(world.file("a", "t-x")).toBe("X");
    expect(world.file("b", "t-y")).toBe("Y");
    world.connections.length = 0;
    const second = await up(pipeline, world.deps, async () => {
      throw new Error("must not ask when there is nothing to do");
    });
    expect(second).toMatchObject({ kind: "nothing-to-do", changes: 0 });
    expect(world.connections.map((connection) => connection.scripts.length)).toEqual([1, 1]);
    expect(world.file("a", "lock")).toContain("tester@here");
  });

  it("makes as many changes as the plan says, where a step makes several", async () => {
    const path = (name: string): string => join(world.dir, `a.${name}`);
    const write = (name: string): Change => ({
      summary: `write ${name}`,
      actions: [{ kind: "write", path: path(name), content: "X", mode: 0o600, owner: "" }],
    });
    const several = defineStep({
      id: "t/several",
      title: "Two files",
      probes: () => ({ there: { sh: sh`ls ${path("one")} ${path("two")}`, parse: ({ code }) => code === 0 } }),
      decide: ({ there }) => (there ? ok : { kind: "change", changes: [write("one"), write("two")] }),
    });
    const { changes, plan: forecast } = await up(world.pipeline(["a"], stage("one", several)), world.deps, yes);
    expect([countDecisions(forecast).change, countChanges(forecast), changes]).toEqual([1, 2, 2]);
  });

  it("closes every line, also after a failure", async () => {
    await up(world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"))), world.deps, yes);
    await failuresOf(
      up(world.pipeline(["a"], stage("one", world.fileStep("t/z", "Z", { spoil: true }))), world.deps, yes),
    );
    expect(world.connections.every((connection) => connection.closed)).toBe(true);
  });

  it("does not act when the plan is declined", async () => {
    const outcome = await up(
      world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"))),
      world.deps,
      async () => false,
    );
    expect(outcome.kind).toBe("declined");
    expect(world.file("a", "t-x")).toBeUndefined();
    expect(world.file("a", "lock")).toBeUndefined();
  });

  it("decides a step that waits for another on fresh answers, in the same stage and in a later one", async () => {
    const steps = [world.fileStep("t/x", "X"), world.fileStep("t/y", "Y", { after: "t/x" })];
    const later = stage("two", world.fileStep("t/z", "Z", { after: "t/y" }));
    const outcome = await up(world.pipeline(["a"], stage("one", ...steps), later), world.deps, yes);
    expect(outcome.changes).toBe(3);
    expect(world.file("a", "t-z")).toBe("Z");
  });

  it("decides a step anew that would write a file which one before it has written: neither undoes the other", async () => {
    writeFileSync(join(world.dir, "a.shared"), "one\ntwo\nthree\n");
    const pipeline = world.pipeline(["a"], stage("one", world.lineOut("one"), world.lineOut("two")));
    await up(pipeline, world.deps, yes);
    expect(world.file("a", "shared")).toBe("three\n");
    expect(world.kinds().filter((kind) => kind === "host-asked")).toHaveLength(1 + 1 + 1 + 1);
  });

  it("asks a host that alone changes things once after each stage, and once more under its lock", async () => {
    const stages = ["x", "y", "z"].map(
      (name) => ({ ...stage(name, world.fileStep(`t/${name}`, name)), on: "control" }) as const,
    );
    expect(await up(world.pipeline([], ...stages), world.deps, yes)).toMatchObject({ changes: 3 });
    expect(world.kinds().filter((kind) => kind === "host-asked")).toHaveLength(1 + 1 + 3);
  });

  it.each([
    ["asks hosts again before each stage", undefined, 2],
    ["does so before the next other one only where a stage asks each of nothing but its own", true, 1],
  ] as const)("%s, as others were changed", async (_, alone, times) => {
    const stages = ["x", "y", "z"].map((name) => stage(name, world.fileStep(`t/${name}`, name)));
    const pipeline = world.pipeline(
      ["a", "b"],
      ...stages.map((one, index) => (alone && index === 1 ? { ...one, alone } : one)),
    );
    expect(await up(pipeline, world.deps, yes)).toMatchObject({ changes: 6 });
    // At first, under the lock, and after each stage's changes.
    expect(world.kinds().filter((kind) => kind === "host-asked")).toHaveLength(2 * (1 + 1 + 3 + times));
  });

  it.each([
    ["another host", ["a", "b"], "b", "hosts"],
    ["the control machine", ["a"], "control", "control"],
  ] as const)("decides anew what %s has to do after a host was changed", async (_, hosts, name, on) => {
    const follow = defineStep({
      ...world.fileStep("t/follow", "F"),
      appliesTo: (host) => host.name === name,
      probes: () => ({
        leads: {
          sh: sh`cat ${join(world.dir, "a.t-x")}; cat ${join(world.dir, `${name}.t-follow`)}`,
          parse: ({ stdout }) => stdout,
        },
      }),
      decide: ({ leads }) => {
        if (leads !== "X") return { kind: "ok" };
        const path = join(world.dir, `${name}.t-follow`);
        const write = { kind: "write", path, content: "F", mode: 0o600, owner: "" } as const;
        return { kind: "change", changes: [{ summary: "follow", actions: [write] }] };
      },
    });
    const pipeline = world.pipeline(hosts, stage("one", world.fileStep("t/x", "X")), { ...stage("two", follow), on });
    await up(pipeline, world.deps, yes);
    expect(world.file(name, "t-follow")).toBe("F");
  });

  it("decides anew what a host has to do after the control machine was changed", async () => {
    const lead = { ...stage("lead", world.fileStep("t/lead", "L")), on: "control" } as const;
    const led = defineStep({
      id: "t/led",
      title: "Be led",
      probes: () => ({
        text: {
          sh: sh`cat ${join(world.dir, "control.t-lead")}; cat ${join(world.dir, "led")}`,
          parse: ({ stdout }) => stdout,
        },
      }),
      decide: ({ text }) => {
        if (text !== "L") return { kind: "ok" };
        const write = { kind: "write", path: join(world.dir, "led"), content: "!", mode: 0o600, owner: "" } as const;
        return { kind: "change", changes: [{ summary: "be led", actions: [write] }] };
      },
    });
    await up(
      world.pipeline(["a"], stage("first", world.fileStep("t/x", "X")), lead, stage("last", led)),
      world.deps,
      yes,
    );
    expect(world.kinds().filter((kind) => kind === "change-finished")).toHaveLength(3);
  });

  it("says so when a step acted and asking again says otherwise", async () => {
    const [failure] = await failuresOf(
      up(world.pipeline(["a"], stage("one", world.fileStep("t/x", "X", { spoil: true }))), world.deps, yes),
    );
    expect(failure).toMatchObject({ code: "step/not-converged", host: "a", step: "t/x" });
  });

  it("does not begin a later stage when one host failed, but lets the others finish theirs", async () => {
    const broken = defineStep({
      id: "t/broken",
      title: "Fail on a",
      appliesTo: (host) => host.name === "a",
      probes: () => ({}),
      decide: () => ({
        kind: "change",
        changes: [{ summary: "fail", actions: [{ kind: "run", sh: sh`echo why >&2; exit 7`, timeoutMs: 5000 }] }],
      }),
    });
    const pipeline = world.pipeline(
      ["a", "b"],
      stage("one", broken, world.fileStep("t/x", "X")),
      stage("two", world.fileStep("t/y", "Y")),
    );
    const failures = await failuresOf(up(pipeline, world.deps, yes));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ code: "step/action-failed", host: "a", step: "t/broken", details: ["why"] });
    expect(world.file("b", "t-x")).toBe("X");
    expect(world.file("b", "t-y")).toBeUndefined();
  });

  describe("that may lose hosts", () => {
    const deps = (maxFail: number) => ({ ...world.deps, maxFail });
    const spoiltOnB = (id: "t/x" | "t/bad"): AnyStep => {
      const [good, bad] = [world.fileStep(id, "X"), world.fileStep(id, "X", { spoil: true })];
      return { ...good, decide: (seen, host) => (host.name === "b" ? bad : good).decide(seen, host) };
    };
    const onControl = (step: AnyStep): Stage => ({ ...stage("control", step), on: "control" });

    /** The host c goes down once the first stage is done everywhere: whoever asks it again finds nobody. */
    const withoutCAfterOne: Deps["emit"] = (event) => {
      const isOver = event.kind === "stage-finished" && event.stage === "one";
      for (const connection of isOver ? world.connections.filter(({ name }) => name === "c") : [])
        connection.exec = () =>
          Promise.reject(new DroverError("ssh/connection-lost", "it is gone", { remedy: "Look." }));
      world.deps.emit(event);
    };

    it("prepares the others through all stages, leaves the cluster alone, and tells of the failure in the end", async () => {
      const stages = [
        stage("one", spoiltOnB("t/bad")),
        onControl(world.fileStep("t/c", "C")),
        stage("two", world.fileStep("t/y", "Y")),
      ];
      const failures = await failuresOf(up(world.pipeline(["a", "b", "c"], ...stages), deps(1), yes));
      expect(failures.map(({ host, code }) => [host, code])).toEqual([["b", "step/not-converged"]]);
      expect(["a", "b", "c"].map((host) => world.file(host, "t-y"))).toEqual(["Y", undefined, "Y"]);
      expect(world.file("control", "t-c")).toBeUndefined();
      expect(world.events).toContainEqual(
        expect.objectContaining({ kind: "note", host: "b", message: expect.stringContaining("left out from here on") }),
      );
    });

    it("stops before the next stage once it lost more", async () => {
      const stages = [
        stage("one", world.fileStep("t/bad", "X", { spoil: true })),
        stage("two", world.fileStep("t/y", "Y")),
      ];
      const failures = await failuresOf(up(world.pipeline(["a", "b", "c"], ...stages), deps(2), yes));
      expect(failures.map(({ host }) => host)).toEqual(["a", "b", "c"]);
      expect(world.file("a", "t-y")).toBeUndefined();
    });

    it("counts those that cannot be reached, and asks about the plan of the others", async () => {
      world.onConnect = (host) => {
        if (host.name === "b") throw new DroverError("ssh/unreachable", "no way", { remedy: "look" });
      };
      const pipeline = world.pipeline(["a", "b", "c"], stage("one", world.fileStep("t/y", "Y")));
      const seen: string[] = [];
      const approve = async (forecast: Plan) => {
        seen.push(...forecast.hostPlans.map(({ host }) => host.name));
        return true;
      };
      expect((await failuresOf(up(pipeline, deps(1), approve))).map(({ host }) => host)).toEqual(["b"]);
      expect([seen, world.file("a", "t-y"), world.file("c", "t-y")]).toEqual([["a", "c"], "Y", "Y"]);
      // With nothing left to do it is still a failure.
      expect((await failuresOf(up(pipeline, deps(1), yes))).map(({ host }) => host)).toEqual(["b"]);
      expect(await failuresOf(up(pipeline, deps(0), yes))).toHaveLength(1);
      expect(world.connections.every((connection) => connection.closed)).toBe(true);
    });

    it("tells of them also where what keeps it from beginning is another host's", async () => {
      world.onConnect = (host) => {
        if (host.name === "b") throw new DroverError("ssh/unreachable", "no way", { remedy: "look" });
      };
      const blocked = defineStep({
        id: "t/blocked",
        title: "Need a person",
        probes: () => ({}),
        decide: (_, { name }) =>
          name === "a" ? { kind: "blocked", because: "no disk", remedy: "Buy one." } : { kind: "ok" },
      });
      const codes = async (run: Promise<unknown>) => (await failuresOf(run)).map(({ host, code }) => [host, code]);
      const stopped = world.pipeline(["a", "b", "c"], stage("one", blocked));
      expect(await codes(up(stopped, deps(1), yes))).toEqual([
        ["b", "ssh/unreachable"],
        ["a", "plan/blocked"],
      ]);
      const inspect = (): never => {
        throw new SeveralFailed([new DroverError("check/blocking", "no memory", { host: "c", remedy: "Buy it." })]);
      };
      const pipeline = world.pipeline(["a", "b", "c"], stage("one", world.fileStep("t/y", "Y")));
      expect(await codes(up(pipeline, deps(1), yes, { inspect: async () => inspect() }))).toEqual([
        ["b", "ssh/unreachable"],
        ["c", "check/blocking"],
      ]);
      expect(world.file("a", "t-y")).toBeUndefined();
      const asked = new DroverError("cli/no-terminal", "nobody to ask", { remedy: "Pass --yes." });
      await expect(up(pipeline, deps(1), () => Promise.reject(asked))).rejects.toBe(asked);
    });

    it("adds up what it lost in one stage and in the next", async () => {
      world.onConnect = (host) => {
        if (host.name === "c") throw new DroverError("ssh/unreachable", "no way", { remedy: "look" });
      };
      const stages = [stage("one", spoiltOnB("t/bad")), stage("two", world.fileStep("t/y", "Y"))];
      const failures = await failuresOf(up(world.pipeline(["a", "b", "c"], ...stages), deps(1), yes));
      expect(failures.map(({ host }) => host)).toEqual(["c", "b"]);
      expect(world.file("a", "t-y")).toBeUndefined();
    });

    it("goes on without one that is lost between two stages, and tells of it with all that it lost", async () => {
      const stages = [
        stage("one", spoiltOnB("t/x")),
        stage("two", world.fileStep("t/y", "Y")),
        onControl(world.fileStep("t/c", "C")),
      ];
      const pipeline = world.pipeline(["a", "b", "c"], ...stages);
      const failures = await failuresOf(up(pipeline, { ...deps(2), emit: withoutCAfterOne }, yes));
      expect(failures.map(({ host, code }) => [host, code])).toEqual([
        ["b", "step/not-converged"],
        ["c", "ssh/connection-lost"],
      ]);
      expect(["a", "c", "control"].map((host) => world.file(host, "t-y"))).toEqual(["Y", undefined, undefined]);
      expect(world.file("control", "t-c")).toBeUndefined();
      expect(world.connections.every((connection) => connection.closed)).toBe(true);
    });

    it("stops where that is one more than it may lose, and tells of both", async () => {
      const stages = [stage("one", spoiltOnB("t/x")), stage("two", world.fileStep("t/y", "Y"))];
      const failures = await failuresOf(
        up(world.pipeline(["a", "b", "c"], ...stages), { ...deps(1), emit: withoutCAfterOne }, yes),
      );
      expect(failures.map(({ host }) => host)).toEqual(["b", "c"]);
      expect(world.file("a", "t-y")).toBeUndefined();
    });

    it("is not made to go on by that when it was asked to stop", async () => {
      const stages = [stage("one", spoiltOnB("t/bad")), stage("two", world.fileStep("t/y", "Y"))];
      const run = up(world.pipeline(["a", "b"], ...stages), { ...deps(5), stopping: () => true }, yes);
      const failures = await failuresOf(run);
      expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["cli/cancelled"]));
    });
  });

  describe("with a change that is made on one host at a time", () => {
    const oneByOne = (step: AnyStep): AnyStep => ({
      ...step,
      decide: (seen, host) => {
        const decision = step.decide(seen, host);
        if (decision.kind !== "change") return decision;
        const [first, ...rest] = decision.changes;
        return { kind: "change", changes: [{ ...first, oneByOne: true }, ...rest] };
      },
    });

    it("never works on two hosts at once", async () => {
      const hosts = ["a", "b", "c", "d"];
      await up(world.pipeline(hosts, stage("one", oneByOne(world.fileStep("t/x", "X")))), world.deps, yes);
      const kinds = world.kinds().filter((kind) => kind === "change-started" || kind === "change-finished");
      expect(kinds).toEqual(hosts.flatMap(() => ["change-started", "change-finished"]));
    });

    it("leaves the rest alone once it failed, and says why of each", async () => {
      const failing = oneByOne(world.fileStep("t/x", "X"));
      const broken: AnyStep = {
        ...failing,
        decide: (seen, host) => {
          const decision = failing.decide(seen, host);
          if (decision.kind !== "change") return decision;
          const run = { kind: "run", sh: sh`echo gone >&2; exit 1`, timeoutMs: 5000 } as const;
          return { kind: "change", changes: [{ summary: "x", oneByOne: true, actions: [run] }] };
        },
      };
      const failures = await failuresOf(up(world.pipeline(["a", "b", "c"], stage("one", broken)), world.deps, yes));
      expect(failures.map(({ code }) => code).sort()).toEqual([
        "step/action-failed",
        "step/held-back",
        "step/held-back",
      ]);
      expect(world.kinds().filter((kind) => kind === "change-started")).toHaveLength(1);
    });
  });

  describe("takes the locks of all hosts that it will change before the first change", () => {
    const both = (...hosts: readonly string[]) => world.pipeline(hosts, stage("one", world.fileStep("t/x", "X")));

    it("so that a run that is refused has changed nothing", async () => {
      const holder = await held("c");
      const failures = await failuresOf(up(both("a", "b", "c"), world.deps, yes));
      expect(failures.map(({ code, host }) => [code, host])).toEqual([["host/locked", "c"]]);
      expect(["a", "b", "c"].map((host) => world.file(host, "t-x"))).toEqual([undefined, undefined, undefined]);
      expect(world.kinds()).toContain("failed");
      await holder.end();
    });

    it("so that two runs on the same hosts do not wait for each other, whatever order theirs are in", async () => {
      const patient = { ...world.deps, waitMs: 60_000 };
      const [one, two] = [both("a", "b", "c"), both("c", "b", "a")];
      // Both have asked all hosts before either changes anything.
      let looked = 0;
      const bothLooked = Promise.withResolvers<void>();
      const together = async (): Promise<boolean> => {
        looked += 1;
        if (looked === 2) bothLooked.resolve();
        await bothLooked.promise;
        return true;
      };
      const outcomes = await Promise.all([up(one, patient, together), up(two, patient, together)]);
      expect(outcomes.map(({ kind }) => kind)).toEqual(["changed", "changed"]);
      expect(outcomes.map(({ changes }) => changes).sort()).toEqual([0, 3]);
    });

    it("and while it waits for one, it holds none behind it", async () => {
      const holder = await held("b");
      const seen: [string, boolean][] = [];
      const sleep = async () => {
        if (seen.length === 0) for (const host of ["a", "c"]) seen.push([host, await isFree(host)]);
        await holder.end();
      };
      await up(both("a", "b", "c"), { ...world.deps, waitMs: 60_000, sleep }, yes);
      expect(seen).toEqual([
        ["a", false],
        ["c", true],
      ]);
    });

    it("and leaves hosts alone that are right already", async () => {
      await up(both("a", "b"), world.deps, yes);
      const holder = await held("a");
      expect(await up(both("a", "b", "c"), world.deps, yes)).toMatchObject({ changes: 1 });
      await holder.end();
    });

    it("but goes on without one that stays locked, if one may fail", async () => {
      const holder = await held("b");
      const failures = await failuresOf(up(both("a", "b", "c"), { ...world.deps, maxFail: 1 }, yes));
      expect(failures.map(({ code, host }) => [code, host])).toEqual([["host/locked", "b"]]);
      expect(["a", "b", "c"].map((host) => world.file(host, "t-x"))).toEqual(["X", undefined, "X"]);
      await holder.end();
    });
  });

  describe("that may wait", () => {
    it("takes a lock that becomes free meanwhile, and asks the host anew after it", async () => {
      const pipeline = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X")));
      const holder = spawn("/bin/sh", ["-s"], { stdio: ["pipe", "pipe", "ignore"] });
      holder.stdin.write(lockScript(join(world.dir, "a.lock"), "ann@desk"));
      await new Promise((resolve) => holder.stdout.once("data", resolve));
      let slept = 0;
      const sleep = async (ms: number) => {
        slept += 1;
        if (slept === 2) holder.stdin.end();
        await world.deps.sleep(ms);
      };
      const outcome = await up(pipeline, { ...world.deps, waitMs: 60_000, sleep }, yes);
      expect(outcome).toMatchObject({ kind: "changed", changes: 1 });
      expect(slept).toBeGreaterThanOrEqual(2);
      const told = world.events.filter((event) => event.kind === "note" && event.message.includes("ann@desk"));
      expect(told).toHaveLength(1);
    });
  });

  it("refuses to begin while a person must act, naming every such step", async () => {
    const blocked = defineStep({
      id: "t/blocked",
      title: "Need a person",
      probes: () => ({}),
      decide: () => ({ kind: "blocked", because: "no disk", remedy: "Buy one.", code: "host/disk-full" }),
    });
    const failures = await failuresOf(
      up(world.pipeline(["a", "b"], stage("one", world.fileStep("t/x", "X"), blocked)), world.deps, yes),
    );
    expect(failures.map((failure) => [failure.code, failure.host, failure.remedy])).toEqual([
      ["host/disk-full", "a", "Buy one."],
      ["host/disk-full", "b", "Buy one."],
    ]);
    expect(world.file("a", "t-x")).toBeUndefined();
  });

  it("reports every host that cannot be reached, after waiting for all", async () => {
    world.onConnect = (host) => {
      if (host.name !== "b")
        throw new DroverError("ssh/unreachable", `no way to ${host.name}`, { remedy: "Plug it in." });
    };
    const failures = await failuresOf(
      up(world.pipeline(["a", "b", "c"], stage("one", world.fileStep("t/x", "X"))), world.deps, yes),
    );
    expect(failures.map((failure) => failure.host)).toEqual(["a", "c"]);
    expect(world.connections.every((connection) => connection.closed)).toBe(true);
  });

  it("stops between two changes when asked to, with what was done kept", async () => {
    const pipeline = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y")));
    const emit = world.deps.emit;
    const deps = {
      ...world.deps,
      emit: (event: Parameters<typeof emit>[0]) => {
        emit(event);
        if (event.kind === "change-finished") world.stopping = true;
      },
    };
    const [failure] = await failuresOf(up(pipeline, deps, yes));
    expect(failure?.code).toBe("cli/cancelled");
    expect(world.file("a", "t-x")).toBe("X");
    expect(world.file("a", "t-y")).toBeUndefined();
  });

  it("refuses a host that another Drover works on, and says who that is", async () => {
    const holder = spawn("/bin/sh", ["-c", lockScript(join(world.dir, "a.lock"), "ann@desk")], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const [failure] = await failuresOf(
      up(world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"))), world.deps, yes),
    );
    expect(failure?.code).toBe("host/locked");
    expect(failure?.message).toContain("ann@desk");
    expect(world.file("a", "t-x")).toBeUndefined();
    holder.stdin.end();
    await new Promise((resolve) => holder.once("close", resolve));
    await up(world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"))), world.deps, yes);
    expect(world.file("a", "t-x")).toBe("X");
  });

  it("emits each change's start and end, and the proof", async () => {
    await up(world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"))), world.deps, yes);
    expect(world.kinds()).toEqual([
      "host-connecting",
      "host-connected",
      "host-asked",
      "stages-ahead",
      "stage-started",
      "host-asked",
      "step-decided",
      "change-started",
      "change-finished",
      "host-asked",
      "step-proven",
      "host-finished",
      "stage-finished",
    ]);
  });
});

describe("plan", () => {
  it("says of a host that failed so at once, while another one still works", async () => {
    const events: string[] = [];
    const slow = defineStep({
      ...world.fileStep("t/slow", "S"),
      appliesTo: ({ name }) => name === "b",
      decide: (observed, host) => {
        const decision = world.fileStep("t/slow", "S").decide(observed as never, host);
        const patient = {
          kind: "run",
          sh: sh`while [ ! -e ${join(world.dir, "go")} ]; do sleep 0.05; done`,
          timeoutMs: 60_000,
        } as const;
        return decision.kind === "change"
          ? {
              kind: "change",
              changes: [{ ...decision.changes[0], actions: [patient, ...decision.changes[0].actions] }],
            }
          : decision;
      },
    });
    const doomed = defineStep({
      ...world.fileStep("t/doomed", "D"),
      appliesTo: ({ name }) => name === "a",
      decide: () => ({
        kind: "change",
        changes: [{ summary: "fails", actions: [{ kind: "run", sh: sh`exit 7`, timeoutMs: 1000 }] }],
      }),
    });
    const emit = world.deps.emit;
    const deps = {
      ...world.deps,
      emit: (event: Parameters<typeof emit>[0]) => {
        const name = event.kind === "failed" ? event.failure.host : "host" in event ? event.host : "";
        events.push(`${event.kind} ${name}`);
        // The other host may only go on once this was heard.
        if (event.kind === "failed") writeFileSync(join(world.dir, "go"), "");
        emit(event);
      },
    };
    const failures = await failuresOf(up(world.pipeline(["a", "b"], stage("one", doomed, slow)), deps, yes));
    expect(failures).toMatchObject([{ host: "a", code: "step/action-failed" }]);
    expect(events.filter((event) => event.startsWith("failed"))).toEqual(["failed a"]);
    expect(events.indexOf("failed a")).toBeLessThan(events.indexOf("change-finished b"));
    expect(world.file("b", "t-slow")).toBe("S");
  });

  it("says before the first stage which there are, and which have something to do", async () => {
    const pipeline = world.pipeline(
      ["a"],
      stage("one", world.fileStep("t/x", "X")),
      stage("two", world.fileStep("t/y", "Y")),
    );
    writeFileSync(join(world.dir, "a.t-x"), "X");
    await up(pipeline, world.deps, yes);
    expect(world.events.find(({ kind }) => kind === "stages-ahead")).toEqual({
      kind: "stages-ahead",
      stages: ["one", "two"],
      pending: ["two"],
    });
    expect(world.events.filter(({ kind }) => kind === "host-finished")).toEqual([
      { kind: "host-finished", host: "a", stage: "one", changes: 0 },
      { kind: "host-finished", host: "a", stage: "two", changes: 1 },
    ]);
  });

  it("asks once, writes nothing and takes no lock", async () => {
    const pipeline = world.pipeline(
      ["a"],
      stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y", { after: "t/x" })),
    );
    const forecast = await plan(pipeline, world.deps);
    expect(countDecisions(forecast)).toEqual({ ok: 0, change: 1, later: 1, blocked: 0 });
    expect(isPending(forecast)).toBe(true);
    expect(world.scriptsOf("a")).toHaveLength(1);
    expect(world.file("a", "t-x")).toBeUndefined();
    expect(world.file("a", "lock")).toBeUndefined();
  });

  describe("asks a question that depends on another one", () => {
    const dear = (calls: boolean): AnyStep =>
      defineStep({
        id: "t/dear",
        title: "Ask dearly",
        probes: () => ({
          cheap: { sh: sh`echo ${calls ? "yes" : "no"}`, parse: ({ stdout }) => stdout.trim() },
          dear: {
            sh: sh`echo "it is so"`,
            parse: ({ code, stdout }) => (code === 0 ? stdout.trim() : "nobody asked"),
            onlyIf: { sh: sh`echo ${calls ? "yes" : "no"}`, isNeeded: ({ stdout }) => stdout.trim() === "yes" },
          },
        }),
        decide: ({ dear: because }) => ({ kind: "blocked", because, remedy: "None." }),
      });
    const decisionOf = async (calls: boolean) => {
      const { hostPlans } = await plan(world.pipeline(["a"], stage("one", dear(calls))), world.deps);
      return hostPlans[0]?.decided[0]?.decision;
    };

    it("in a second exec, if the first answer calls for it", async () => {
      expect(await decisionOf(true)).toMatchObject({ because: "it is so" });
      expect(world.scriptsOf("a")).toHaveLength(2);
      expect(world.scriptsOf("a")[0]).not.toContain("it is so");
    });

    it("not at all otherwise, and is told that it failed", async () => {
      expect(await decisionOf(false)).toMatchObject({ because: "nobody asked" });
      expect(world.scriptsOf("a")).toHaveLength(1);
    });
  });

  it("calls a step that throws our bug, with its id", async () => {
    const broken = defineStep({
      id: "t/bug",
      title: "Throw",
      probes: () => ({}),
      decide: () => {
        throw new TypeError("oops");
      },
    });
    await expect(plan(world.pipeline(["a"], stage("one", broken)), world.deps)).rejects.toMatchObject({
      code: "internal/bug",
      step: "t/bug",
      host: "a",
    });
  });
});
