import { describe, expect, it } from "vitest";
import type { Host } from "../../src/core/cluster.ts";
import { applicable } from "../../src/core/decide.ts";
import type { Action, Stage } from "../../src/core/step.ts";
import { removeNodeStages } from "../../src/engines/rke/day-two/remove-node.ts";
import { rotateStages } from "../../src/engines/rke/day-two/rotate.ts";
import { rotateKeyStages } from "../../src/engines/rke/day-two/rotate-key.ts";
import { restoreStages } from "../../src/engines/rke/day-two/snapshot-restore.ts";
import { saveStages } from "../../src/engines/rke/day-two/snapshot-save.ts";
import { hopStages } from "../../src/engines/rke/day-two/upgrade-stages.ts";
import { rkeEngine } from "../../src/engines/rke/engine.ts";
import { resetStages } from "../../src/engines/rke/reset.ts";
import {
  changesOf,
  cluster,
  decideOn,
  host,
  paths,
  scriptsOf,
  setupOf,
  templates,
  withRke,
} from "./support/rke-world.ts";

const encryption = { services: { "kube-api": { secrets_encryption_config: { enabled: true } } } };
const own = withRke({ ignoreDockerVersion: true, clusterYml: encryption });
const setup = setupOf(own);
const restore = { snapshot: "mine", lost: ["all"], token: "t" };

interface Task {
  readonly stages: readonly Stage[];
  /** The stage whose step is rke's. */
  readonly stage: string;
  readonly words: string;
  /** Whether rke is ended where it would go on without a host. */
  readonly everyHost: boolean;
  /** Whether cluster.yml is made what the inventory says: only where rke then brings the cluster to it. */
  readonly writes: boolean;
  readonly disrupts: "cluster" | "service" | undefined;
  readonly minutes: number;
}

const tasks: Readonly<Record<string, Task>> = {
  "a snapshot": {
    stages: saveStages(setup, "mine", "t"),
    stage: "snapshot",
    words: "etcd snapshot-save --name mine",
    everyHost: false,
    writes: false,
    disrupts: undefined,
    minutes: 60,
  },
  "a restore": {
    stages: restoreStages(setup, restore),
    stage: "restore",
    words: "etcd snapshot-restore --name mine",
    everyHost: true,
    writes: true,
    disrupts: "cluster",
    minutes: 90,
  },
  "a rotation": {
    stages: rotateStages(setup, { services: ["etcd"], authority: false, token: "t" }),
    stage: "rotate",
    words: "cert rotate --service etcd",
    everyHost: true,
    writes: false,
    disrupts: "service",
    minutes: 60,
  },
  "a new authority": {
    stages: rotateStages(setup, { services: [], authority: true, token: "t" }),
    stage: "rotate",
    words: "cert rotate --rotate-ca",
    everyHost: true,
    writes: false,
    disrupts: "cluster",
    minutes: 60,
  },
  "a new key": {
    stages: rotateKeyStages(setup, "t"),
    stage: "rotate-key",
    words: "encrypt rotate-key",
    everyHost: true,
    writes: false,
    disrupts: "service",
    minutes: 90,
  },
};

const stepOf = ({ stages, stage }: Pick<Task, "stages" | "stage">) =>
  stages.find(({ id }) => id === stage)?.steps[0] ?? expect.fail(`no stage ${stage}`);
const runs = (actions: readonly Action[]) => actions.flatMap((action) => (action.kind === "run" ? [action] : []));

describe.each(Object.entries(tasks))("%s", (_, task) => {
  const decision = decideOn(stepOf(task), {});
  const [change] = changesOf(decision);
  const script = scriptsOf(decision);

  it("is rke's work with just these words, the cluster's file and the inventory's flags", () => {
    expect(script).toContain(`rke ${task.words} --config /c/cluster.yml --ignore-docker-version </dev/null 2>&1 &`);
    expect(script.match(/--config/g)).toHaveLength(1);
  });

  it("writes cluster.yml only where rke brings the cluster to it, and nothing else before rke's script", () => {
    const writes = change?.actions.filter(({ kind }) => kind === "write") ?? [];
    expect(writes.map((action) => action.kind === "write" && action.path)).toEqual(
      task.writes ? [paths.clusterYml] : [],
    );
    expect(change?.actions.at(-1)?.kind).toBe("run");
  });

  it("has every host answer first and ends rke where it loses one, or neither", () => {
    expect(script.includes("Failed to set up SSH tunneling for host")).toBe(task.everyHost);
    expect(task.stages.some(({ id, on }) => id === "hosts" && on === "hosts")).toBe(task.everyHost);
  });

  it("is shown as what it takes away, and gets its time", () => {
    expect(change?.disrupts).toBe(task.disrupts);
    expect(runs(change?.actions ?? []).map(({ timeoutMs }) => timeoutMs / 60_000)).toEqual([task.minutes]);
  });

  it("keeps the state before rke, and again once rke was content; after a failure nothing more", () => {
    const order = [
      "umask 077",
      "trap '' INT HUP PIPE",
      "/c/rke.lock",
      "keep /c/cluster.rkestate",
      ` rke ${task.words}`,
      'exit "$code"',
      "drover: t is done' >>/c/rke.log",
    ].map((words) => script.indexOf(words));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(script.lastIndexOf("keep /c/cluster.rkestate")).toBeGreaterThan(script.indexOf('exit "$code"'));
  });

  it("begins with a cluster that was made from here, its programs and no rke at work", () => {
    const [first] = task.stages;
    expect(first?.on).toBe("control");
    expect(first?.steps.map(({ id }) => id).filter((id) => id !== "secrets/encrypted")).toEqual([
      "rke/there",
      "rke/tools",
      "rke/idle",
    ]);
  });

  it("explains each way in which rke may fail, and is not done by another's mark", () => {
    const [run] = runs(change?.actions ?? []);
    expect(run?.failures?.length).toBeGreaterThan(50);
    expect(decideOn(stepOf(task), { "drover: t is done": { code: 1 } }).kind).toBe("change");
    expect(decideOn(stepOf(task), { "'drover: t is done' /c/rke.log": "" })).toEqual({ kind: "ok" });
  });
});

describe("a node that leaves", () => {
  const all = withRke(
    {},
    { hosts: ["a", "b", "c"].map((name) => host(`node-${name}`, { roles: ["controlplane", "etcd"] })) },
  );
  const [, , leaver] = all.hosts;
  if (leaver === undefined) throw new Error("no host");
  const stay = { ...all, hosts: all.hosts.slice(0, 2) };
  const leaving = { host: leaver, clean: true, drain: { force: false, minutes: 10 } };
  const stages = removeNodeStages({ cluster: stay, paths, templates }, leaving);
  const decide = (stage: string, machine = {}) => decideOn(stepOf({ stages, stage }), machine);

  it("leaves by a cluster.yml that has all others, and not it", () => {
    const [change] = changesOf(decide("cluster", { "test -s": "", "cat /c/cluster.yml": setupOf(all).clusterYml }));
    const [write] = change?.actions ?? [];
    const content = write?.kind === "write" ? write.content : "";
    expect(["node-a", "node-b", "node-c"].map((name) => content.includes(name))).toEqual([true, true, false]);
    expect(change?.summary).toContain("In this order: remove the node node-c");
  });

  it("is asked about on the hosts that stay, before its pods go, and after it has gone", () => {
    const on = (stage: string, hosts: readonly Host[]) =>
      hosts.filter((one) => applicable(stages.find(({ id }) => id === stage)?.steps ?? [], one).length > 0);
    expect(on("quorum", all.hosts)).toEqual(stay.hosts);
    expect(on("settled", all.hosts)).toEqual(stay.hosts);
    expect(["quorum", "drain", "cluster", "settled"].map((id) => stages.findIndex((stage) => stage.id === id))).toEqual(
      [1, 2, 4, 7],
    );
  });
});

describe("one hop of an upgrade", () => {
  const from = setupOf(withRke({ kubernetesVersion: "v1.31.7-rancher1-1" }));
  const stages = hopStages({ from, to: setupOf(), snapshot: "before", token: "t" });
  const decide = (stage: string, machine = {}, on = host("node-b")) => decideOn(stepOf({ stages, stage }), machine, on);

  it("brings the next version's images to the hosts, and not those that they have", () => {
    const [change] = changesOf(decide("images", { "docker image ls": "" }));
    expect(change?.after).toContain("rancher/hyperkube:v1.32.3-rancher1\n");
    expect(change?.after).not.toContain("v1.31.7");
  });

  it("takes the snapshot by its own name, which every etcd host must have before anything is changed", () => {
    expect(scriptsOf(decide("snapshot"))).toContain("etcd snapshot-save --name before --config");
    const etcd = host("node-a", { roles: ["etcd"] });
    expect(decide("kept", {}, etcd)).toMatchObject({ because: "there is no /opt/rke/etcd-snapshots/before.zip" });
    const order = ["settled", "snapshot", "kept", "images", "cluster"].map((id) =>
      stages.findIndex((one) => one.id === id),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});

describe("what is done where", () => {
  const table = (stages: readonly Stage[], hosts: readonly Host[]) =>
    stages.map(({ id, on, steps }) => [
      id,
      ...(on === "control"
        ? ["control"]
        : hosts.map((one) =>
            applicable(steps, one)
              .map((step) => step.id)
              .join(" "),
          )),
    ]);
  const hosts = [host("e", { roles: ["etcd"] }), host("c", { roles: ["controlplane"] }), host("w")];

  it("by up is rke's work on the control machine, the images everywhere, and etcd's health on its members", () => {
    expect(table(rkeEngine.stages({ cluster: { ...cluster, hosts }, paths, templates }), hosts)).toEqual([
      ["tools", "control"],
      ["images", ...Array(3).fill("rke/containers rke/images")],
      ["state", "control"],
      ["cluster", "control"],
      ["etcd", "etcd/healthy", "", ""],
      ["ready", "control"],
    ]);
  });

  it("by a reset is the same on every host, whatever its roles", () => {
    const leftovers = ["mounts", "volumes", "folders", "interfaces", "iptables", "ipsets"].map((one) => `reset/${one}`);
    expect(table(resetStages({ cluster, paths }), hosts)).toEqual([
      ["remove", "control"],
      ["containers", ...Array(3).fill("reset/containers")],
      ["leftovers", ...Array(3).fill(leftovers.join(" "))],
      ["files", "control"],
    ]);
  });
});
