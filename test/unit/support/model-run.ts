import { hostsOf, type Pipeline } from "../../../src/core/pipeline.ts";
import { sh } from "../../../src/core/shell.ts";
import { type Action, type AnyStep, defineStep, ok, type Stage, type StepId } from "../../../src/core/step.ts";
import { ModelHosts } from "./model-hosts.ts";
import { randomNumbers } from "./random-numbers.ts";
import { hostNamed } from "./run-world.ts";

type Below = (below: number) => number;

const shared = "/etc/shared";

/** The number of the stage that a step is in. */
export function stageOf(step: string): number {
  return Number(/^s(\d)/.exec(step)?.[1]);
}

/** A step that wants a value under a key of its own, and may have to wait for another step's. */
function keyStep(id: StepId, after: AnyStep | undefined, needs: readonly StepId[], oneByOne: boolean): AnyStep {
  const run: Action = { kind: "run", sh: sh`set ${id} right`, timeoutMs: 1000 };
  const value = (key: string) => ({ sh: sh`get ${key}`, parse: (said: { stdout: string }) => said.stdout });
  return defineStep({
    id,
    title: `Have ${id}`,
    needs,
    probes: () => ({ own: value(id), first: value(after?.id ?? id) }),
    decide: ({ own, first }) => {
      if (own === "right") return ok;
      if (after !== undefined && first !== "right")
        return { kind: "later", after: after.id, because: "it comes first" };
      return { kind: "change", changes: [{ summary: id, actions: [run], oneByOne }] };
    },
  });
}

/** A step that wants a line in a file that others write lines into as well. */
function lineStep(id: StepId): AnyStep {
  return defineStep({
    id,
    title: `Have a line for ${id}`,
    probes: () => ({ text: { sh: sh`get ${shared}`, parse: ({ stdout }) => stdout } }),
    decide: ({ text }) => {
      if (text.includes(`${id}\n`)) return ok;
      const write: Action = { kind: "write", path: shared, content: `${text}${id}\n`, mode: 0o644, owner: "" };
      return { kind: "change", changes: [{ summary: id, actions: [write] }] };
    },
  });
}

/** `before`: the steps of earlier stages that one of this stage may have to wait for; its own are added. */
function randomStage(below: Below, index: number, before: Record<Stage["on"], AnyStep[]>): Stage {
  const on = below(4) === 0 ? "control" : "hosts";
  const together = below(3) === 0;
  const steps = Array.from({ length: 1 + below(4) }, (_, place): AnyStep => {
    const id: StepId = `s${index}/${place}`;
    const after = below(3) === 0 ? before[on][below(before[on].length + 1)] : undefined;
    // Steps of a stage that go together and write one file are in need of each other: no stage has such.
    if (below(4) === 0 && !together) return lineStep(`${id}-line`);
    const step = keyStep(id, after, together && after !== undefined ? [after.id] : [], below(5) === 0);
    before[on].push(step);
    return step;
  });
  const atOnce = below(3) === 0 ? { atOnce: 1 + below(2) } : {};
  return { id: `s${index}`, title: `Stage ${index}`, on, steps, together, alone: below(5) === 0, ...atOnce };
}

/** A few hosts, of which some are as the stages want them already, and what may be asked of them. The same for a seed. */
export function modelRun(seed: number) {
  const below = randomNumbers(seed);
  const before = { hosts: [], control: [] };
  const pipeline: Pipeline = {
    cluster: "test",
    hosts: ["a", "b", "c", "d"].slice(0, 1 + below(4)).map(hostNamed),
    stages: Array.from({ length: 1 + below(4) }, (_, index) => randomStage(below, index, before)),
  };
  const hosts = new ModelHosts(() => below(6));
  const wanted = pipeline.stages.flatMap((stage) =>
    hostsOf(pipeline, stage).flatMap(({ name }) => stage.steps.map((step) => ({ name, step: step.id, stage }))),
  );
  for (const { name, step } of wanted) if (below(3) === 0 && !step.endsWith("-line")) hosts.set(name, step, "right");
  const isRight = (name: string, step: string): boolean =>
    hosts.get(name, step) === "right" || (hosts.get(name, shared) ?? "").split("\n").includes(step);
  /** What is not as it should be, as `host:step`. */
  const wrong = (): readonly string[] =>
    wanted.flatMap(({ name, step }) => (isRight(name, step) ? [] : [`${name}:${step}`]));
  return { below, pipeline, hosts, wanted, wrong, deps: hosts.deps({ concurrency: 1 + below(4) }) };
}
