import { beforeAll, describe, expect, it } from "vitest";
import { type DroverError, SeveralFailed } from "../../src/core/errors.ts";
import { up } from "../../src/run/pipeline.ts";
import { modelRun, stageOf } from "../unit/support/model-run.ts";

const yes = async (): Promise<boolean> => true;

async function failuresOf(run: Promise<unknown>): Promise<readonly DroverError[]> {
  const thrown: unknown = await run.then(
    () => new SeveralFailed([]),
    (error: unknown) => error,
  );
  if (!(thrown instanceof SeveralFailed)) throw thrown;
  return thrown.failures;
}

/** A run on hosts of which some cannot be reached, and some do not do what they are told. */
async function faulty(seed: number) {
  const model = modelRun(seed);
  const { below, hosts, pipeline, deps } = model;
  const wrong = model.wrong();
  const faults = wrong.filter((one) => !one.endsWith("-line") && below(6) === 0);
  for (const one of faults) hosts.faults.set(one, below(2) === 0 ? "fails" : "spoils");
  for (const { name } of pipeline.hosts) if (below(12) === 0) hosts.unreachable.add(name);
  const maxFail = below(4);
  const failures = await failuresOf(up(pipeline, { ...deps, maxFail }, yes));
  const lost = new Map(failures.map(({ host = "", step }) => [host, step === undefined ? -1 : stageOf(step)]));
  return { at: `seed ${seed}`, model, hosts, wrong, faults, maxFail, failures, lost };
}

const seeds = Array.from({ length: 400 }, (_, index) => index + 1);
let runs: readonly Awaited<ReturnType<typeof faulty>>[];
beforeAll(async () => {
  runs = await Promise.all(seeds.map(faulty));
}, 60_000);

const byFault = ["ssh/unreachable", "step/action-failed", "step/not-converged"];

describe("a run on hosts that fail somewhere", () => {
  it("fails for what is wrong and for nothing else, and says where", () => {
    for (const { at, failures, hosts, faults } of runs) {
      for (const { code, host = "", step = "", remedy } of failures) {
        expect([...byFault, "step/held-back"], at).toContain(code);
        expect(remedy, at).not.toBe("");
        const own = faults.some((one) => one.startsWith(`${host}:s${stageOf(step)}/`));
        const others = faults.some((one) => one.endsWith(`:${step}`));
        const cause = code === "ssh/unreachable" ? hosts.unreachable.has(host) : own;
        expect(code === "step/held-back" ? others : cause, `${at} ${code} ${host} ${step}`).toBe(true);
      }
    }
  });

  it("tells each failure when it happens, and all of them again at the end, in the order of the hosts", () => {
    for (const { at, failures, hosts, lost, model } of runs) {
      const told = hosts.events.flatMap((event) => (event.kind === "failed" ? [event.failure] : []));
      const flat = (all: readonly { code: string; host?: string | undefined; step?: string | undefined }[]) =>
        all.map(({ code, host, step }) => `${code} ${host} ${step}`).toSorted();
      expect(flat(told), at).toEqual(flat(failures));
      for (const stage of new Set(lost.values())) {
        const names = [...lost].flatMap(([name, at]) => (at === stage ? [name] : []));
        const order = model.pipeline.hosts.map(({ name }) => name).filter((name) => names.includes(name));
        if (!names.includes("control")) expect(names, at).toEqual(order);
      }
    }
  });

  it("goes on without so many as it may lose, makes the others right, and leaves the cluster alone from then on", () => {
    for (const { at, lost, maxFail, model, hosts, faults } of runs) {
      const first = Math.min(...lost.values(), Number.POSITIVE_INFINITY);
      const onControl = hosts.deeds.filter(({ host }) => host === "control");
      for (const { what } of onControl.filter(({ what }) => what.startsWith("s")))
        expect(stageOf(what), at).toBeLessThanOrEqual(first);
      if (lost.size > maxFail) continue;
      const left = model.wrong().filter((one) => !lost.has(one.split(":")[0] ?? ""));
      expect(lost.size === 0 ? left : left.filter((one) => !one.startsWith("control:")), at).toEqual([]);
      const unsaid = faults.filter((one) => !lost.has(one.split(":")[0] ?? "") && !one.startsWith("control:"));
      expect(unsaid, at).toEqual([]);
    }
  });

  it("does nothing in later stages once it lost more, and nothing more to a host that is lost", () => {
    for (const { at, lost, maxFail, hosts } of runs) {
      const last = Math.max(...lost.values(), -1);
      for (const { host, what } of hosts.deeds.filter(({ what }) => what.startsWith("s"))) {
        const stage = stageOf(what);
        if (lost.size > maxFail) expect(stage, at).toBeLessThanOrEqual(last);
        expect(stage, at).toBeLessThanOrEqual(lost.get(host) ?? Number.POSITIVE_INFINITY);
      }
    }
  });

  it("does everything under the host's lock, keeps no lock and leaves no line open", () => {
    for (const { at, hosts } of runs) {
      expect(
        hosts.deeds.filter(({ underLock }) => !underLock),
        at,
      ).toEqual([]);
      expect([hosts.open, hosts.locked.size], at).toEqual([0, 0]);
    }
  });

  it("begins what takes a node away on no other host once it failed on one", () => {
    for (const { at, hosts, failures } of runs) {
      for (const { step } of failures.filter(({ code }) => code === "step/held-back")) {
        const started = hosts.events.filter((event) => event.kind === "change-started" && event.step === step);
        const finished = hosts.events.filter((event) => event.kind === "change-finished" && event.step === step);
        expect(started.length - finished.length, at).toBeLessThanOrEqual(1);
      }
    }
  });

  it("is made whole by the next run, which does only what is left", async () => {
    for (const { at, hosts, model } of runs) {
      hosts.faults.clear();
      hosts.unreachable.clear();
      const [left, before] = [model.wrong().length, hosts.deeds.length];
      expect(await up(model.pipeline, model.deps, yes), at).toMatchObject({ changes: left });
      expect([model.wrong(), hosts.deeds.length - before], at).toEqual([[], left]);
    }
  });
});

describe("a run that is asked to stop", () => {
  it("begins no further change, keeps what it did, and the next one does the rest", async () => {
    for (const seed of seeds) {
      const { below, hosts, pipeline, deps, wrong } = modelRun(seed);
      const all = wrong().length;
      const after = below(all + 1);
      const started = () => hosts.events.filter(({ kind }) => kind === "change-started").length;
      const failures = await failuresOf(up(pipeline, { ...deps, stopping: () => started() >= after }, yes));
      const at = `seed ${seed}`;
      expect(new Set(failures.map(({ code }) => code)), at).toEqual(new Set(after < all ? ["cli/cancelled"] : []));
      expect([started(), hosts.deeds.length, hosts.open, hosts.locked.size], at).toEqual([after, after, 0, 0]);
      await up(pipeline, deps, yes);
      expect([wrong(), hosts.deeds.length], at).toEqual([[], all]);
    }
  });
});
