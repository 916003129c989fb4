import { describe, expect, it } from "vitest";
import { lacking, wrongNodes } from "../../src/engines/rke/readiness.ts";
import { sha256 } from "../../src/engines/rke/record.ts";
import { upStep } from "../../src/engines/rke/up-step.ts";
import { readSnapshot } from "../../src/kube/snapshot.ts";
import {
  changesOf,
  cluster,
  decideOn,
  deployment,
  list,
  type Machine,
  node,
  scriptsOf,
  setupOf,
  state,
  threeNodes,
  withRke,
} from "./support/rke-world.ts";

const setup = setupOf();
const fails = { code: 1 };
const both = [true, false];

interface Given {
  /** cluster.yml here is what the inventory says. */
  readonly same: boolean;
  readonly kubeconfig: boolean;
  readonly answers: boolean;
  /** The cluster remembers this very cluster.yml. */
  readonly recorded: boolean;
  readonly nodes: boolean;
}
const cases: readonly Given[] = both.flatMap((same) =>
  both.flatMap((kubeconfig) =>
    both.flatMap((answers) =>
      both.flatMap((recorded) => both.map((nodes) => ({ same, kubeconfig, answers, recorded, nodes }))),
    ),
  ),
);

const remembered = (text: string) =>
  list({
    kind: "ConfigMap",
    metadata: { name: "drover", namespace: "kube-system" },
    data: { clusterYmlSha256: sha256(text) },
  });
const machineOf = (given: Given): Machine => ({
  "cat /c/cluster.yml": given.same ? setup.clusterYml : "cluster_name: other\n",
  "cat /c/cluster.rkestate": state(true),
  "test -s /c/kube_config_cluster.yml": given.kubeconfig ? "" : fails,
  "get nodes,pods": given.answers ? list(...(given.nodes ? threeNodes() : threeNodes().slice(0, 2))) : fails,
  "get configmaps,secrets": given.answers ? remembered(given.recorded ? setup.clusterYml : "older") : fails,
});

describe("whether rke has work", () => {
  it("is so unless the file, the record and the nodes all say the same, as a cluster tells that answers", () => {
    for (const given of cases) {
      const isDone = Object.values(given).every(Boolean);
      expect([given, decideOn(upStep(setup), machineOf(given)).kind]).toEqual([given, isDone ? "ok" : "change"]);
    }
  });

  it("is told with each reason that there is, and none that there is not", () => {
    for (const given of cases.filter((one) => one.kubeconfig)) {
      const summary = changesOf(decideOn(upStep(setup), machineOf(given)))[0]?.summary ?? "";
      const reasons: readonly (readonly [string, boolean])[] = [
        ["cluster.yml changed", !given.same],
        ["the cluster does not answer", !given.answers],
        ["the last rke up did not finish", given.answers && given.same && !given.recorded],
        ["node-c is not a node", given.answers && !given.nodes],
      ];
      expect([given, reasons.filter(([words]) => summary.includes(words))]).toEqual([
        given,
        reasons.filter(([, isSo]) => isSo),
      ]);
    }
  });

  it("disrupts a cluster only where there is one, and shows a diff only where the file changes", () => {
    for (const given of cases) {
      const [change] = changesOf(decideOn(upStep(setup), machineOf(given)));
      if (change === undefined) continue;
      expect([given, change.disrupts]).toEqual([given, given.kubeconfig ? "cluster" : undefined]);
      expect([given, change.after === undefined]).toEqual([given, given.same]);
      expect([given, change.summary.startsWith("make the cluster demo: ")]).toEqual([given, !given.kubeconfig]);
    }
  });
});

describe("the flags of rke up", () => {
  const states = { missing: "missing\n", corrupt: "{", begun: state(false), made: state(true) };

  it("leave out the port check only where an earlier run got as far as a kubeconfig and recorded no cluster", () => {
    for (const [name, text] of Object.entries(states))
      for (const kubeconfig of both)
        for (const ignoreDockerVersion of both) {
          const machine: Machine = {
            "cat /c/cluster.rkestate": text,
            "test -s /c/kube_config_cluster.yml": kubeconfig ? "" : fails,
          };
          const script = scriptsOf(decideOn(upStep(setupOf(withRke({ ignoreDockerVersion }))), machine));
          const flags = [
            ...(ignoreDockerVersion ? ["--ignore-docker-version"] : []),
            ...(kubeconfig && name === "begun" ? ["--disable-port-check"] : []),
          ];
          expect(script).toContain(`rke up --config /c/cluster.yml ${flags.join(" ")} </dev/null`);
        }
  });
});

describe("what a cluster still lacks", () => {
  const snapshot = (...items: readonly object[]) => readSnapshot(list(...items)) ?? expect.fail("no snapshot");
  const wrong = (...items: readonly object[]) => wrongNodes(cluster, "v1.32.3-rancher1-1", snapshot(...items));
  const lacks = (...items: readonly object[]) => lacking(cluster, snapshot(...items));
  const [a, b, c] = threeNodes();
  if (a === undefined || b === undefined || c === undefined) throw new Error("no nodes");

  it("is each node of the inventory that is not Ready, in its order, then each part", () => {
    expect(lacks(a, b, c)).toEqual([]);
    expect(lacks()).toEqual(["node node-a", "node node-b", "node node-c"]);
    expect(lacks(c, node("node-b", { ready: "Unknown" }), deployment("dns", 0))).toEqual([
      "node node-a",
      "node node-b",
      "dns",
    ]);
    expect(lacks(a, b, c, node("stranger", { ready: false }))).toEqual([]);
  });

  it("is what is wrong with each node, the most telling alone", () => {
    expect(wrong(a, b, c)).toEqual([]);
    expect(wrong(a, node("stranger", { version: "v1.0.0" }), b, c)).toEqual([]);
    const control = (more: object) => node("node-a", { roles: ["controlplane", "etcd"], ...more });
    expect(wrong(control({ roles: ["etcd", "worker"] }), b, c)).toEqual(["node-a is not controlplane"]);
    expect(wrong(control({ version: "v1.31.7", ready: "Unknown" }), b, c)).toEqual(["node-a runs v1.31.7"]);
    expect(wrong(control({ roles: [], version: "v1.31.7" }), b)).toEqual([
      "node-a is not controlplane and etcd",
      "node-c is not a node",
    ]);
    expect(wrong(a, node("node-b", { ready: false }), node("node-c", { ready: "Unknown" }))).toEqual([
      "the kubelet of node-c does not report",
    ]);
  });

  it("is not told of a role that a node has besides, or of a kubelet that calls itself by more", () => {
    expect(wrong(node("node-a", { roles: ["controlplane", "etcd", "worker"] }), b, c)).toEqual([]);
    expect(wrong(a, node("node-b", { version: "v1.32.3-1" }), c)).toEqual(["node-b runs v1.32.3-1"]);
    expect(wrongNodes(cluster, "v1.32.3-rancher2-7", snapshot(a, b, c))).toEqual([]);
  });
});
