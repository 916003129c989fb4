import { describe, expect, it } from "vitest";
import { clusterStatus } from "../../src/cli/cluster-status.ts";
import { withJoining } from "../../src/cli/node/joining.ts";
import { fullPipeline } from "../../src/cli/stages.ts";
import { control } from "../../src/core/cluster.ts";
import { succeeds } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { defineStep, ok } from "../../src/core/step.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { engineSettings } from "../../src/engines/engine-settings.ts";
import { engineOf } from "../../src/engines/engines.ts";
import { healthQuestions } from "../../src/engines/rke/day-two/host-health.ts";
import { rkeEngine } from "../../src/engines/rke/engine.ts";
import { statusProbe } from "../../src/kube/status.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost } from "./support/fake-host.ts";
import { changesOf, cluster, decideOn, paths, scriptsOf, templates } from "./support/rke-world.ts";

/**
 * A second engine, as small as one can be: a service on every host, joined by a token of its own settings. It is made of the
 * types of src/engines/engine.ts and the vocabulary alone.
 */
const small: Engine = {
  stages: (input) => [
    {
      id: "small",
      title: "The cluster by a service",
      on: "hosts",
      steps: [
        defineStep({
          id: "small/service",
          title: "The service runs",
          probes: () => ({ runs: succeeds(sh`systemctl is-active small`) }),
          decide: ({ runs }, host) => {
            if (runs) return ok;
            const join = sh`small join --token ${String(input.cluster.engine.settings["token"])} --as ${host.roles.join(",")}`;
            return {
              kind: "change",
              changes: [
                { summary: `join ${input.cluster.name}`, actions: [{ kind: "run", sh: join, timeoutMs: 60_000 }] },
              ],
            };
          },
        }),
      ],
    },
  ],
  reset: () => [{ id: "gone", title: "The service is gone", on: "hosts", steps: [] }],
  around: (_, host) => ({
    before: sh`small leave ${host.name}`,
    after: sh`small back ${host.name}`,
    timeoutMs: 60_000,
    failures: [],
  }),
  joining: (_, hosts) => ({
    before: [],
    after: [{ id: "joined", title: hosts.map(({ name }) => name).join(), on: "hosts", steps: [] }],
  }),
  health: {
    questions: (host) => [sh`small health ${host.name}`],
    read: (given, asked, { now, since }) => ({
      health: { components: [], etcd: [] },
      hasTraces: true,
      told: new Map(),
      problems: asked.map(
        ({ host, answers }) =>
          `${given.name}, ${host.name}: ${answers.get(`small health ${host.name}`)?.stdout} after ${now - (since ?? now)} ms`,
      ),
    }),
  },
};

const asked = { ...cluster, engine: { name: "small", settings: { token: "t'1" } } };

describe("a second engine", () => {
  const known = { rke: rkeEngine, small };
  const pipeline = fullPipeline(asked, paths, templates, engineOf(asked, known));

  it("takes the place of the first between prepared hosts and addons", () => {
    const ids = pipeline.stages.map(({ id }) => id);
    const first = fullPipeline(cluster, paths, templates).stages.map(({ id }) => id);
    const ofRke = rkeEngine.stages({ cluster, paths, templates }).map(({ id }) => id);
    expect(ids).toContain("small");
    expect(ids.filter((id) => id !== "small")).toEqual(first.filter((id) => !ofRke.includes(id)));
    expect(pipeline.stages.flatMap(({ steps }) => steps.filter(({ id }) => id.startsWith("rke/")))).toEqual([]);
  });

  it("is asked and decides like every other step, with its own settings", () => {
    const [step] = pipeline.stages.find(({ id }) => id === "small")?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    expect(decideOn(step, { "systemctl is-active small": "active" }, cluster.hosts[0]).kind).toBe("ok");
    const decision = decideOn(step, {}, cluster.hosts[0]);
    expect(changesOf(decision)[0]?.summary).toBe("join demo");
    expect(scriptsOf(decision)).toBe(`small join --token 't'\\''1' --as controlplane,etcd`);
  });

  it("is what reset and reboots go through", () => {
    const input = { cluster: asked, paths, templates };
    const engine = engineOf(asked, known);
    expect(engine.reset(input).map(({ id }) => id)).toEqual(["gone"]);
    expect(engine.around(input, control).before.text).toBe("small leave control");
  });

  it("makes sure of what it wants where hosts join", () => {
    const joined = withJoining(pipeline, cluster.hosts.slice(1), small);
    expect(joined.stages.at(-1)).toMatchObject({ id: "joined", title: "node-b,node-c" });
    expect(joined.stages.slice(0, -1)).toEqual(pipeline.stages);
  });

  it("is what status asks of the hosts beneath nodes and pods, and whose judgement it tells", async () => {
    const machine = new FakeHost();
    const node = { kind: "Node", metadata: { name: "node-a", creationTimestamp: new Date(0).toISOString() } };
    const one = { ...asked, hosts: cluster.hosts.slice(0, 1) };
    const asksKube = statusProbe({ cluster: one, paths }).sh.text;
    const asksRke = healthQuestions(cluster.hosts[0] ?? expect.fail()).map(({ text }) => text);
    const heard: string[] = [];
    machine.onExec = (script) =>
      answerBatch(script, (question) => {
        heard.push(question);
        if (question === asksKube) return answer(JSON.stringify({ kind: "List", items: [node] }));
        return question.startsWith("small health") ? answer("so so") : answer("", 1);
      }) ?? answer("", 1);
    const deps = { ...machine.deps, now: () => 5000 };
    const { problems, health } = await clusterStatus({ cluster: one, paths, templates, inventory: "/i" }, deps, small);
    expect(health).toEqual({ components: [], etcd: [] });
    expect(problems).toContain("demo, node-a: so so after 5000 ms");
    expect(heard.filter((question) => asksRke.includes(question))).toEqual([]);
  });
});

describe("the engine of a cluster", () => {
  it("is RKE where nothing else is said, and each that the inventory may name is there", () => {
    expect(engineOf(cluster)).toBe(rkeEngine);
    for (const name of Object.keys(engineSettings)) expect(engineOf({ engine: { name, settings: {} } })).toBeDefined();
  });

  it("is never one that happens to be a word of JavaScript", () => {
    for (const name of ["constructor", "toString", "rke2", ""])
      expect(() => engineOf({ engine: { name, settings: {} } })).toThrow(RangeError);
  });

  it("is named in the inventory from a list, with what may have been meant", () => {
    expect(mistakesOf({ ...minimal, engine: { name: "rke" } })).toEqual([]);
    expect(mistakesOf({ ...minimal, engine: { name: "rkee" } })).toEqual([
      'engine.name: must be rke, but is "rkee"; did you mean "rke"?',
    ]);
  });

  it("judges its own settings: those of RKE stand elsewhere", () => {
    expect(mistakesOf({ ...minimal, engine: { settings: { kubernetesVersion: "x" } } })).toEqual([
      "engine.settings.kubernetesVersion: is no setting here: those of RKE stand under `rke`",
    ]);
  });
});
