import { describe, expect, it } from "vitest";
import { control, type Host } from "../../src/core/cluster.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { allHosts, hostsOf, type Pipeline, stepsAhead } from "../../src/core/pipeline.ts";
import { type Probe, text } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { type AnyStep, defineStep, ok, type Stage } from "../../src/core/step.ts";

const host = (name: string, gpu = false): Host => ({ ...control, name, address: `${name}.test`, gpu });

/** How often each step was asked whether it applies. */
let asked = 0;

function step(id: `${string}/${string}`, applies: (one: Host) => boolean = () => true): AnyStep {
  const appliesTo = (one: Host) => {
    asked += 1;
    return applies(one);
  };
  return defineStep({ id, title: id, appliesTo, probes: () => ({}), decide: () => ok });
}

const stage = (id: string, on: Stage["on"], ...steps: readonly AnyStep[]): Stage => ({ id, title: id, on, steps });

function pipeline(count: number): Pipeline {
  const hosts = Array.from({ length: count }, (_, index) => host(`h${index}`, index % 2 === 1));
  return {
    cluster: "test",
    hosts,
    stages: [
      stage(
        "one",
        "hosts",
        step("a/all"),
        step("a/gpu", ({ gpu }) => gpu),
      ),
      stage(
        "two",
        "hosts",
        step("b/gpu", ({ gpu }) => gpu),
      ),
      stage("three", "control", step("c/control")),
      stage("four", "hosts", step("d/all")),
    ],
  };
}

describe("a pipeline", () => {
  const [whole, [first, second]] = [pipeline(4), pipeline(4).hosts];
  const names = (index: number) => hostsOf(whole, whole.stages[index] ?? expect.fail()).map(({ name }) => name);

  it("concerns in each stage the hosts that have a step there, or the control machine alone", () => {
    expect([0, 1, 2, 3].map(names)).toEqual([
      ["h0", "h1", "h2", "h3"],
      ["h1", "h3"],
      ["control"],
      ["h0", "h1", "h2", "h3"],
    ]);
    expect(allHosts(whole).map(({ name }) => name)).toEqual(["h0", "h1", "h2", "h3", "control"]);
  });

  it("has for a host the steps of this stage and the later ones that concern it, in order", () => {
    const ahead = (from: number, one: Host | undefined) =>
      stepsAhead(whole, whole.stages[from] ?? expect.fail(), one ?? expect.fail()).map(({ id }) => id);
    expect(ahead(0, first)).toEqual(["a/all", "d/all"]);
    expect(ahead(0, second)).toEqual(["a/all", "a/gpu", "b/gpu", "d/all"]);
    expect(ahead(1, second)).toEqual(["b/gpu", "d/all"]);
    expect(ahead(0, control)).toEqual(["c/control"]);
    expect(ahead(3, control)).toEqual([]);
  });

  it("asks as much of each host however many there are: the work for all grows with their number, not its square", () => {
    const effort = (count: number): number => {
      const large = pipeline(count);
      asked = 0;
      const [from] = large.stages;
      for (const one of large.hosts) stepsAhead(large, from ?? expect.fail(), one);
      return asked / count;
    };
    expect(effort(400)).toBe(effort(4));
  });
});

describe("the questions of a step", () => {
  const made = (probes: (one: Host) => Record<string, Probe<unknown>>) =>
    defineStep({ id: "a/step", title: "a step", probes, decide: () => ok });

  it("are made once where they are the same for every host, so that a thousand hosts share their texts", () => {
    let times = 0;
    const step = made(() => {
      times += 1;
      return { here: text(sh`true`) };
    });
    expect(step.probes(host("h1"))).toBe(step.probes(host("h2")));
    expect(times).toBe(1);
  });

  it("are each host's own where they name it", () => {
    const step = made(({ name }) => ({ here: text(sh`echo ${name}`) }));
    const asked = [host("h1"), host("h2")].flatMap((one) => questionsOf([step], one));
    expect(asked.map((question) => question.text)).toEqual(["echo h1", "echo h2"]);
  });
});
