import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refuseStale } from "../../src/cli/plan-file/compare.ts";
import { readPlanFile, writePlanFile } from "../../src/cli/plan-file/files.ts";
import { planFile } from "../../src/cli/plan-file/make.ts";
import { onlyAsPlanned } from "../../src/cli/plan-file/only-as-planned.ts";
import { type PlanFile, planFileJsonSchema, planFileSchema } from "../../src/cli/plan-file/schema.ts";
import { type Seal, sealOf } from "../../src/cli/plan-file/seal.ts";
import { type DroverError, SeveralFailed } from "../../src/core/errors.ts";
import type { Pipeline } from "../../src/core/pipeline.ts";
import type { Plan } from "../../src/core/plan.ts";
import { sh } from "../../src/core/shell.ts";
import { type Action, type AnyStep, type Change, defineStep } from "../../src/core/step.ts";
import { plan, up } from "../../src/run/pipeline.ts";
import { testFolder } from "../test-folder.ts";
import { RunWorld, stage } from "../unit/support/run-world.ts";
import { decided, hostOf, planOf, stageOf } from "../unit/support/view-support.ts";

const origin = { made: "2026-11-21T12:00:00.000Z", drover: "0.1.0", hosts: null, only: null };
const randomHex = (bytes: number): string => "5e".repeat(bytes);

let world: RunWorld;
let dir: string;
let seal: Seal;
beforeEach(() => {
  world = new RunWorld();
  dir = testFolder("plan");
  seal = sealOf(join(dir, ".drover"), randomHex);
});
afterEach(() => {
  world.remove();
});

const kept = async (pipeline: Pipeline): Promise<PlanFile> => planFile(await plan(pipeline, world.deps), origin, seal);

/** As `drover up plan.json` does it. */
const apply = (pipeline: Pipeline, file: PlanFile) =>
  up(pipeline, world.deps, async () => true, {
    narrow: (forecast: Plan) => {
      refuseStale(file, forecast, seal);
      return onlyAsPlanned(pipeline, file, seal);
    },
  });

async function failuresOf(run: Promise<unknown>): Promise<readonly DroverError[]> {
  const thrown: unknown = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof SeveralFailed)) throw new Error(`expected SeveralFailed, got ${String(thrown)}`);
  return thrown.failures;
}

describe("a plan that was kept", () => {
  it("is carried out when nothing has changed, what it left open too", async () => {
    const steps = [world.fileStep("t/x", "X"), world.fileStep("t/y", "Y", { after: "t/x" })];
    const pipeline = world.pipeline(["a", "b"], stage("one", ...steps), stage("two", world.fileStep("t/z", "Z")));
    const file = await kept(pipeline);
    expect(file.counts).toEqual({ ok: 0, change: 4, later: 2, blocked: 0 });
    expect(await apply(pipeline, file)).toMatchObject({ kind: "changed", changes: 6 });
    expect(world.file("b", "t-y")).toBe("Y");
  });

  it.each([
    ["one stage", (one: AnyStep, two: AnyStep) => [stage("one", one, two)]],
    ["two stages", (one: AnyStep, two: AnyStep) => [stage("one", one), stage("two", two)]],
  ])(
    "is carried out to its end where two steps of %s write one file, and says that the second is open",
    async (_, stages) => {
      const pipeline = world.pipeline(["a", "b"], ...stages(world.lineOut("one"), world.lineOut("two")));
      for (const host of ["a", "b"]) writeFileSync(join(world.dir, `${host}.shared`), "one\ntwo\nthree\n");
      const file = await kept(pipeline);
      const path = join(world.dir, "b.shared");
      expect(file.steps.at(-1)?.decision).toEqual({
        kind: "later",
        after: "t/one",
        because: `it writes ${path} too, and is decided anew then; on the file as it is now: two is gone`,
      });
      expect(await apply(pipeline, file)).toMatchObject({ kind: "changed", changes: 4 });
      for (const host of ["a", "b"]) expect(world.file(host, "shared")).toBe("three\n");
    },
  );

  it("is refused when a host has changed since, with each host, its step, what it was and what it is", async () => {
    const pipeline = world.pipeline(["a", "b"], stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y")));
    const file = await kept(pipeline);
    writeFileSync(join(world.dir, "b.t-x"), "X");
    const failures = await failuresOf(apply(pipeline, file));
    expect(failures).toMatchObject([{ code: "plan/stale", host: "b", step: "t/x" }]);
    expect(failures[0]?.message).toBe('the plan no longer fits: it was "t/x holds X", and now it is "right already"');
    expect(world.file("a", "t-x")).toBeUndefined();
  });

  it("is refused when something is to be done that it does not have", async () => {
    const before = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X")));
    const after = world.pipeline(["a", "b"], stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y")));
    const failures = await failuresOf(apply(after, await kept(before)));
    expect(failures.map(({ host, step }) => `${host} ${step}`)).toEqual(["a t/y", "b t/x", "b t/y"]);
    expect(failures[0]?.message).toContain('it was "not part of it"');
  });

  it("is refused when what it had is no longer asked for", async () => {
    const before = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X"), world.fileStep("t/y", "Y")));
    const after = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X")));
    const [failure] = await failuresOf(apply(after, await kept(before)));
    expect(failure).toMatchObject({ host: "a", step: "t/y" });
    expect(failure?.message).toContain('now it is "not part of it"');
  });

  it("shows the lines that differ where the words are the same", async () => {
    const before = world.pipeline(["a"], stage("one", quietStep("one\ntwo\n")));
    const after = world.pipeline(["a"], stage("one", quietStep("one\nthree\n")));
    const [failure] = await failuresOf(apply(after, await kept(before)));
    expect(failure?.message).toContain("its words are the same, but not what it would do");
    expect(failure?.details.filter((line) => /two|three/.test(line))).toEqual(["-two", "+three"]);
  });

  it("stops half-way rather than do what it does not have", async () => {
    const surprise = defineStep({
      id: "t/surprise",
      title: "Wake up",
      probes: (host) => ({
        woken: { sh: sh`test -e ${join(world.dir, `${host.name}.t-x`)}`, parse: ({ code }) => code === 0 },
      }),
      decide: ({ woken }, host) => (woken ? writing(join(world.dir, `${host.name}.surprise`)) : { kind: "ok" }),
    });
    const pipeline = world.pipeline(["a"], stage("one", world.fileStep("t/x", "X")), stage("two", surprise));
    const failures = await failuresOf(apply(pipeline, await kept(pipeline)));
    expect(failures).toMatchObject([{ code: "plan/stale", host: "a", step: "t/surprise" }]);
    expect(failures[0]?.message).toContain('it was "right already", and now it is "woken"');
    expect(world.file("a", "t-x")).toBe("X");
    expect(world.file("a", "surprise")).toBeUndefined();
  });
});

/** A step whose words say nothing of its file. */
function quietStep(content: string): AnyStep {
  const path = join(world.dir, "quiet");
  return defineStep({
    id: "t/quiet",
    title: "Write quietly",
    probes: () => ({}),
    decide: () => ({ kind: "change", changes: [{ summary: "it is written", actions: [write(path, content)] }] }),
  });
}

function write(path: string, content: string): Action {
  return { kind: "write", path, content, mode: 0o600, owner: "" };
}

function writing(path: string) {
  return { kind: "change", changes: [{ summary: "woken", actions: [write(path, "!")] }] } as const;
}

const secret = "hunter2-hunter2";

/** A plan with a secret in every place where one may be. */
function secretPlan(word: string): Plan {
  const login: Change = {
    summary: "The registry's password is known",
    before: "password: ***\n",
    after: "password: *** (changed)\n",
    actions: [
      { ...write("/root/.docker/config.json", word), sensitive: true } as Action,
      { kind: "run", sh: sh`docker login`, stdin: word, timeoutMs: 1 },
    ],
  };
  const open: Change = { summary: "x is there", disrupts: "node", actions: [write("/etc/x", "open\n"), reboot] };
  return planOf({
    host: hostOf("h1"),
    stage: stageOf("docker", "Docker"),
    decided: [
      decided("docker/login", "Log in", { kind: "change", changes: [login] }),
      decided("docker/x", "X", { kind: "change", changes: [open] }),
      decided("docker/y", "Y", { kind: "later", after: "docker/x", because: "its version decides" }),
      decided("docker/z", "Z", { kind: "blocked", because: "no", remedy: "do", code: "gpu/none-found" }),
      decided("docker/ok", "O", { kind: "ok" }),
    ],
  });
}

const reboot: Action = {
  kind: "reboot",
  because: "the kernel changed",
  around: { before: sh`drain`, after: sh`uncordon`, timeoutMs: 1, failures: [] },
};

describe("the file of a plan", () => {
  const path = () => join(dir, "plan.json");
  const keep = (word = secret) => writePlanFile(path(), planFile(secretPlan(word), origin, seal));

  it("reads back as it was written, is the operator's alone, and is what the schema says", () => {
    keep();
    expect(readPlanFile(path(), "demo", seal)).toEqual(planFile(secretPlan(secret), origin, seal));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, ".drover", "plan.key")).mode & 0o777).toBe(0o600);
    expect(planFileSchema.safeParse(JSON.parse(readFileSync(path(), "utf8"))).success).toBe(true);
  });

  it("is closed to others also where an open one lay before", () => {
    keep("an-older-word");
    chmodSync(path(), 0o644);
    keep();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readPlanFile(path(), "demo", seal)).toEqual(planFile(secretPlan(secret), origin, seal));
  });

  it.each<[string, (path: string) => void, replaced: boolean]>([
    ["nothing", () => undefined, true],
    ["an empty file, as mktemp makes them", (file) => writeFileSync(file, ""), true],
    ["a link to nothing", (file) => symlinkSync("nowhere", file), true],
    ["a plan in other white space", (file) => writeFileSync(file, '{"v":1,"kind":"drover-plan"}'), true],
    ["an inventory", (file) => writeFileSync(file, "version: 1\n"), false],
    ["a link to an inventory", (file) => symlinkSync(resolve("inventory.example.yaml"), file), false],
    ["a folder", (file) => mkdirSync(file), false],
    ["a pipe", (file) => execFileSync("/bin/sh", ["-c", `mkfifo ${file}`]), false],
    ["a link to a device", (file) => symlinkSync("/dev/zero", file), false],
  ])("takes the place of %s, or leaves it as it is", (_, make, replaced) => {
    make(path());
    const before = lstatSync(path(), { throwIfNoEntry: false })?.ino;
    const thrown = thrownBy(() => keep());
    if (replaced) expect([thrown, statSync(path()).mode & 0o777]).toEqual([undefined, 0o600]);
    else {
      expect(thrown).toMatchObject({ code: "plan/unusable", message: expect.stringContaining("is there is no plan") });
      expect(lstatSync(path()).ino).toBe(before);
    }
    expect(readdirSync(dir).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("holds commands, whole files and diffs, and no secret in any form", () => {
    keep();
    const text = readFileSync(path(), "utf8");
    expect(text).toContain("docker login");
    expect(text).toContain("open\\n");
    expect(text).toContain("+password: *** (changed)");
    for (const form of [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")])
      expect(text).not.toContain(form);
  });

  it("is refused when only a secret differs, without a word of either", () => {
    keep();
    const stale = () => refuseStale(readPlanFile(path(), "demo", seal), secretPlan("another-word"), seal);
    const thrown = thrownBy(stale);
    expect(thrown).toMatchObject({ failures: [{ code: "plan/stale", step: "docker/login" }] });
    const text = JSON.stringify((thrown as SeveralFailed).failures.map(({ message, details }) => [message, details]));
    expect(text).toContain("what differs is not shown, as it may be secret");
    expect(text).not.toMatch(/hunter2|another-word/);
  });

  it.each([
    ["a changed command", (text: string) => text.replace("docker login", "docker logout")],
    ["a changed summary", (text: string) => text.replace("x is there", "y is there")],
    [
      "a step taken out",
      (text: string) =>
        text
          .replace(/\{\s*"host": "h1",\s*"stage": "docker",\s*"step": "docker\/ok"[^}]*\}[^}]*\}/, "")
          .replace(/,\s*\]/, "]"),
    ],
    ["another selection", (text: string) => text.replace('"hosts": null', '"hosts": "h1"')],
  ])("with %s is not taken for one of Drover's", (_, edit) => {
    keep();
    const edited = edit(readFileSync(path(), "utf8"));
    expect(edited).not.toBe(readFileSync(path(), "utf8"));
    writeFileSync(path(), edited);
    expect(() => readPlanFile(path(), "demo", seal)).toThrow(/was changed after it was made|is no plan/);
  });

  it("of another folder, or of another cluster, is refused with the reason", () => {
    keep();
    const other = sealOf(join(dir, "other"), (bytes) => "77".repeat(bytes));
    expect(() => readPlanFile(path(), "demo", other)).toThrow("another .drover folder");
    expect(() => readPlanFile(path(), "prod", seal)).toThrow("is for the cluster demo, and this inventory is for prod");
  });

  it.each([
    "",
    "{}",
    "[]",
    "null",
    "not json",
    '{"v":2,"kind":"drover-plan"}',
    '{"v":1,"kind":"drover-plan","steps":[{}]}',
  ])("that holds %j is refused, and nothing else happens", (text) => {
    writeFileSync(path(), text);
    expect(thrownBy(() => readPlanFile(path(), "demo", seal))).toMatchObject({ code: "plan/unusable" });
  });

  it("that is not there, or is a folder, is refused with the reason", () => {
    expect(() => readPlanFile(join(dir, "absent"), "demo", seal)).toThrow(
      /cannot be read: there is no such file or folder$/,
    );
    expect(() => readPlanFile(dir, "demo", seal)).toThrow(/cannot be read: it is a folder$/);
    expect(
      thrownBy(() => writePlanFile(join(dir, "no", "folder"), planFile(secretPlan("s"), origin, seal))),
    ).toMatchObject({ code: "plan/unusable" });
  });

  it("has a schema in docs, which is up to date", () => {
    expect(readFileSync("docs/plan.schema.json", "utf8")).toBe(planFileJsonSchema());
  });
});

describe("a seal", () => {
  const base: Change = { summary: "s", actions: [{ kind: "run", sh: sh`true`, stdin: "a", timeoutMs: 1 }] };
  const planOfChange = (change: Change) =>
    planOf({
      host: hostOf("h1"),
      stage: stageOf("s", "S"),
      decided: [decided("a/b", "T", { kind: "change", changes: [change] })],
    });
  const sealed = (change: Change) => planFile(planOfChange(change), origin, seal).steps[0]?.seal;

  it.each<[string, Change]>([
    ["a command", { ...base, actions: [{ kind: "run", sh: sh`false`, stdin: "a", timeoutMs: 1 }] }],
    ["its input", { ...base, actions: [{ kind: "run", sh: sh`true`, stdin: "b", timeoutMs: 1 }] }],
    [
      "whether it survives",
      { ...base, actions: [{ kind: "run", sh: sh`true`, stdin: "a", timeoutMs: 1, survivesDisconnect: true }] },
    ],
    ["what it disrupts", { ...base, disrupts: "node" }],
    ["what was there before", { ...base, before: "x" }],
    ["one more action", { ...base, actions: [...base.actions, reboot] }],
  ])("differs with %s", (_, change) => expect(sealed(change)).not.toBe(sealed(base)));

  it.each([
    ["path", { path: "/b" }],
    ["content", { content: "d" }],
    ["mode", { mode: 0o600 }],
    ["owner", { owner: "drover" }],
  ])("differs with a file's %s", (_, other) => {
    const file = { kind: "write", path: "/a", content: "c", mode: 0o644, owner: "root" } as const;
    expect(sealed({ ...base, actions: [file] })).not.toBe(sealed({ ...base, actions: [{ ...file, ...other }] }));
  });

  it("is the same for the same, and keeps its key", () => {
    expect(sealed({ ...base })).toBe(sealed(base));
    const again = sealOf(join(dir, ".drover"), () => "00");
    expect(again("text")).toBe(seal("text"));
  });

  it.each(["", "\n", "5e", "5e".repeat(31), "5e".repeat(33), "zz".repeat(32), "\u0000".repeat(64), "5E".repeat(32)])(
    "is not made with %j in place of a key: anybody could seal with half a one",
    (text) => {
      const folder = join(dir, "spoilt");
      mkdirSync(folder);
      writeFileSync(join(folder, "plan.key"), text);
      expect(() => sealOf(folder, randomHex)).toThrow(
        expect.objectContaining({ code: "plan/unusable", remedy: expect.stringContaining("Move it away") }),
      );
      expect(readFileSync(join(folder, "plan.key"), "utf8")).toBe(text);
    },
  );

  it("cannot be made where a file lies in its folder's place, or a folder in its own: that is said", () => {
    writeFileSync(join(dir, "file"), "x");
    expect(() => sealOf(join(dir, "file"), randomHex)).toThrow(expect.objectContaining({ code: "plan/unusable" }));
    mkdirSync(join(dir, "taken", "plan.key"), { recursive: true });
    expect(() => sealOf(join(dir, "taken"), randomHex)).toThrow(expect.objectContaining({ code: "plan/unusable" }));
  });

  it("does not depend on how long a command may take, which is not shown either", () => {
    expect(sealed({ ...base, actions: [{ kind: "run", sh: sh`true`, stdin: "a", timeoutMs: 9 }] })).toBe(sealed(base));
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
