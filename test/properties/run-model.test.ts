import { beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../src/core/events.ts";
import { isPending, type Plan } from "../../src/core/plan.ts";
import { type Outcome, plan, up } from "../../src/run/pipeline.ts";
import type { ModelHosts } from "../unit/support/model-hosts.ts";
import { modelRun, stageOf } from "../unit/support/model-run.ts";

const yes = async (): Promise<boolean> => true;

interface Run {
  readonly at: string;
  readonly model: ReturnType<typeof modelRun>;
  readonly hosts: ModelHosts;
  readonly forecast: Plan;
  /** What was wrong at first, and what after the run. */
  readonly wrong: readonly string[];
  readonly left: readonly string[];
  readonly outcome: Outcome;
  readonly again: Outcome;
  /** Of the first run alone. */
  readonly events: readonly Event[];
  readonly deeds: number;
  readonly second: { readonly execs: number; readonly locksTaken: number };
}

/** A plan, a run and a run after it. */
async function ran(seed: number): Promise<Run> {
  const model = modelRun(seed);
  const { pipeline, deps, hosts } = model;
  const wrong = model.wrong();
  const forecast = await plan(pipeline, deps);
  expect([hosts.deeds.length, hosts.locksTaken, hosts.open], "a plan").toEqual([0, 0, 0]);
  hosts.events.length = 0;
  const outcome = await up(pipeline, deps, yes);
  const [events, deeds, left] = [[...hosts.events], hosts.deeds.length, model.wrong()];
  [hosts.execs, hosts.locksTaken] = [0, 0];
  const again = await up(pipeline, deps, () => Promise.reject(new Error("nobody has to be asked")));
  const second = { execs: hosts.execs, locksTaken: hosts.locksTaken };
  return { at: `seed ${seed}`, model, hosts, forecast, wrong, left, outcome, again, events, deeds, second };
}

let runs: readonly Run[];
beforeAll(async () => {
  runs = await Promise.all(Array.from({ length: 400 }, (_, index) => ran(index + 1)));
}, 60_000);

describe("a run of any stages on any hosts", () => {
  it("makes everything true, under each host's lock, and nothing that was so already", () => {
    for (const { at, hosts, wrong, left, outcome, deeds } of runs) {
      expect(left, at).toEqual([]);
      const kind = wrong.length === 0 ? "nothing-to-do" : "changed";
      expect([outcome.kind, outcome.changes, deeds], at).toEqual([kind, wrong.length, wrong.length]);
      const bad = hosts.deeds.filter(({ needed, underLock }) => !needed || !underLock);
      expect(bad, at).toEqual([]);
    }
  });

  it("is foreseen: what is pending is what is wrong, no more and no less", () => {
    for (const { at, forecast, wrong, outcome } of runs) {
      const pending = forecast.hostPlans.flatMap(({ host, decided }) =>
        decided.flatMap(({ step, decision }) => (decision.kind === "ok" ? [] : [`${host.name}:${step.id}`])),
      );
      expect(pending.toSorted(), at).toEqual(wrong.toSorted());
      expect(isPending(forecast), at).toBe(wrong.length > 0);
      expect(outcome.plan, at).toEqual(forecast);
    }
  });

  it("finds nothing to do the second time, asks each host once and locks none", () => {
    for (const { at, hosts, model, again, deeds, second } of runs) {
      expect(again, at).toMatchObject({ kind: "nothing-to-do", changes: 0 });
      const machines = new Set(model.wanted.map(({ name }) => name));
      // The control machine is asked by several shells at the same time.
      expect(second.execs, at).toBeLessThanOrEqual(machines.size + (machines.has("control") ? 3 : 0));
      expect([second.locksTaken, hosts.deeds.length], at).toEqual([0, deeds]);
      expect([hosts.open, hosts.locked.size], at).toEqual([0, 0]);
    }
  });

  it("begins no stage before the one before it is done on all hosts", () => {
    for (const { at, events } of runs) {
      const stages = events.flatMap((event) => (event.kind === "change-started" ? [stageOf(event.step)] : []));
      expect(stages, at).toEqual(stages.toSorted((a, b) => a - b));
    }
  });

  it("takes a host's steps in their order, unless they go together: then each after those it needs", () => {
    for (const { at, events, model } of runs) {
      for (const { name, stage } of model.wanted) {
        const order = events.flatMap((event) =>
          event.kind === "change-started" && event.host === name && event.step.startsWith(`${stage.id}/`)
            ? [event.step]
            : [],
        );
        const listed = stage.steps.map(({ id }) => id).filter((id) => order.includes(id));
        if (stage.together !== true) expect(order, at).toEqual(listed);
        for (const { id, needs = [] } of stage.steps)
          for (const need of needs.filter((one) => order.includes(one) && order.includes(id)))
            expect(order.indexOf(need), at).toBeLessThan(order.indexOf(id));
      }
    }
  });

  it("works on no more hosts at once than it may, and takes nodes away on one of them at a time", () => {
    for (const { at, events, forecast, model } of runs) {
      const careful = new Set(
        forecast.hostPlans.flatMap(({ decided }) =>
          decided.flatMap(({ step, decision }) =>
            decision.kind === "change" && decision.changes[0].oneByOne === true ? [step.id as string] : [],
          ),
        ),
      );
      const [busy, away] = [new Set<string>(), new Set<string>()];
      for (const event of events) {
        if (event.kind !== "change-started" && event.kind !== "change-finished") continue;
        const work = event.kind === "change-started" ? "add" : "delete";
        busy[work](event.host);
        if (careful.has(event.step)) away[work](event.host);
        const most = model.pipeline.stages[stageOf(event.step)]?.atOnce ?? model.deps.concurrency;
        expect(busy.size, at).toBeLessThanOrEqual(most);
        expect(away.size, at).toBeLessThanOrEqual(1);
      }
    }
  });

  it("tells of each change its begin and its end, of each stage how much it changed, and proves what it did", () => {
    for (const { at, events, model, wrong } of runs) {
      const of = (kind: Event["kind"]) =>
        events.flatMap((event) => (event.kind === kind && "step" in event ? [`${event.host}:${event.step}`] : []));
      expect(of("change-started").toSorted(), at).toEqual(wrong.toSorted());
      expect(of("change-finished").toSorted(), at).toEqual(wrong.toSorted());
      const proven = model.wanted.filter(({ name, stage }) =>
        wrong.some((one) => one.startsWith(`${name}:${stage.id}/`)),
      );
      expect(of("step-proven").toSorted(), at).toEqual(proven.map(({ name, step }) => `${name}:${step}`).toSorted());
      const changed = events.flatMap((event) =>
        event.kind === "stage-finished" ? [[event.stage, event.changed]] : [],
      );
      const counted = model.pipeline.stages.map(({ id }) => [
        id,
        wrong.filter((one) => one.split(":")[1]?.startsWith(`${id}/`)).length,
      ]);
      expect(changed, at).toEqual(wrong.length === 0 ? [] : counted);
    }
  });
});
