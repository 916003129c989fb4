import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/core/step.ts";
import { stateStep } from "../../src/engines/rke/state-step.ts";
import { changesOf, decideOn, list, type Machine, node, setupOf, threeNodes } from "./support/rke-world.ts";

// Every combination of what the control machine and the hosts may say of a cluster, each with what a person is told.

const step = stateStep(setupOf());
const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const fails = { code: 1 };

function stateOf(current: boolean, addresses: readonly string[], version = "v1.32.3-rancher1-1"): string {
  const desiredState = {
    rkeConfig: { nodes: addresses.map((address) => ({ address })), kubernetesVersion: version },
    certificatesBundle: { "kube-ca": { certificatePEM: pem("ours") } },
  };
  return JSON.stringify({ desiredState, currentState: current ? desiredState : {} });
}

const ours = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const states = {
  missing: "missing\n",
  corrupt: stateOf(true, ours).slice(0, 60),
  begun: stateOf(false, ours),
  made: stateOf(true, ours),
  older: stateOf(true, ours, "v1.30.4-rancher1-1"),
  foreign: stateOf(true, ["192.0.2.1"]),
} as const;
const kubeconfigs = {
  none: fails,
  ours: base64(pem("ours")),
  nameless: "",
  theirs: base64(pem("theirs")),
} as const;
const clusters = {
  silent: fails,
  ready: list(...threeNodes()),
  waiting: list(...threeNodes({ ready: false })),
  stranger: list(...threeNodes(), {
    ...node("gpu-9"),
    metadata: { name: "gpu-9", labels: {}, annotations: { "rke.cattle.io/internal-ip": "10.0.0.9" } },
  }),
} as const;

interface Given {
  readonly state: keyof typeof states;
  readonly kubeconfig: keyof typeof kubeconfigs;
  readonly cluster: keyof typeof clusters;
  readonly copy: boolean;
  readonly api: boolean;
  readonly closed: boolean;
}

function keysOf<T extends object>(table: T): readonly (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}

const both = [true, false];
const cases: readonly Given[] = keysOf(states).flatMap((state) =>
  keysOf(kubeconfigs).flatMap((kubeconfig) =>
    keysOf(clusters).flatMap((cluster) =>
      both.flatMap((copy) =>
        both.flatMap((api) => both.map((closed) => ({ state, kubeconfig, cluster, copy, api, closed }))),
      ),
    ),
  ),
);
/** Without a kubeconfig nobody has asked the cluster. */
const possible = cases.filter(({ kubeconfig, cluster }) => kubeconfig !== "none" || cluster === "silent");

function decided({ state, kubeconfig, cluster, copy, api, closed }: Given): Decision {
  const machine: Machine = {
    ":6443": api ? "10.0.0.1\n" : "",
    ":10250": closed ? "" : fails,
    "cd /c/backups": copy ? "20260101T000000Z-cluster.rkestate\n" : fails,
    "cat /c/cluster.rkestate": states[state],
    "test -s /c/kube_config_cluster.yml": kubeconfigs[kubeconfig],
    "get nodes,pods": clusters[cluster],
  };
  return decideOn(step, machine);
}

/** What is to be decided, the most dangerous first. */
function expected({ state, kubeconfig, cluster, api, closed }: Given): string {
  if (state === "missing") return kubeconfig === "none" && !api ? "ok" : "cluster/state-missing";
  if (state === "corrupt") return "cluster/state-corrupt";
  if (state === "foreign") return "cluster/state-foreign";
  if (kubeconfig === "theirs") return "cluster/state-foreign";
  if (cluster === "stranger" || (state === "older" && cluster !== "silent")) return "cluster/state-old";
  if (state === "begun") return "ok";
  if (cluster === "silent") return closed ? "begin anew" : "ok";
  return cluster === "waiting" ? "complete" : "ok";
}

function inShort(decision: Decision): string | undefined {
  if (decision.kind === "blocked") return decision.code;
  const summary = changesOf(decision)[0]?.summary;
  if (summary === undefined) return decision.kind;
  return /begin the cluster \w+ anew/.test(summary) ? "begin anew" : "complete";
}

const all = possible.map((given) => ({ given, decision: decided(given), wanted: expected(given) }));

describe("rke's state, whatever else there is", () => {
  it(`is judged as the table says, in all ${possible.length} cases`, () => {
    expect(possible.length).toBeGreaterThan(600);
    expect(all.filter(({ decision, wanted }) => inShort(decision) !== wanted)).toEqual([]);
  });

  it("is written only where the cluster is to be forgotten, backed up before, and always with its certificates", () => {
    for (const { given, decision, wanted } of all) {
      const actions = changesOf(decision).flatMap((change) => change.actions);
      const writes = actions.filter((action) => action.kind === "write");
      expect(writes.length).toBe(["begin anew", "complete"].includes(wanted) ? 1 : 0);
      for (const write of writes) {
        const at = actions.indexOf(write);
        const before = actions[at - 1];
        expect(before?.kind === "run" && before.sh.text).toContain("keep /c/cluster.rkestate cluster.rkestate");
        expect(write).toMatchObject({ path: "/c/cluster.rkestate", mode: 0o600, sensitive: true });
        const content = write.kind === "write" ? JSON.parse(write.content) : undefined;
        expect(content.currentState).toEqual({});
        expect(content.desiredState).toEqual(JSON.parse(states[given.state]).desiredState);
      }
    }
  });

  it("is begun anew only after the kubelets stayed away, and disrupts the cluster then alone", () => {
    for (const { given, decision, wanted } of all) {
      const [change] = changesOf(decision);
      if (change === undefined) continue;
      const first = change.actions[0];
      const waits = first.kind === "run" && first.sh.text.includes("sleep 3");
      expect([given, waits, change.disrupts]).toEqual(
        wanted === "begin anew" ? [given, true, "cluster"] : [given, false, undefined],
      );
    }
  });

  it("that is lost or spoilt is offered from the nearest place: a copy, else the cluster, else where it was made", () => {
    for (const { given, decision } of all) {
      if (decision.kind !== "blocked" || !["missing", "corrupt"].includes(given.state)) continue;
      const nothing = given.kubeconfig === "none" && !given.api;
      const way = given.copy
        ? /: cp -p \/c\/backups\/20260101T000000Z-cluster\.rkestate \/c\/cluster\.rkestate$/
        : given.cluster !== "silent"
          ? /: cd \/c && rke util get-state-file --config \/c\/cluster\.yml$/
          : nothing
            ? /no cluster was ever completed: `drover reset`, then `drover up`/
            : /copy \/c from the machine on which the cluster was made/;
      expect([given, decision.remedy]).toEqual([given, expect.stringMatching(way)]);
    }
  });

  it("never has a cluster removed by its remedy without saying that this is what goes", () => {
    for (const { decision } of all) {
      if (decision.kind !== "blocked" || !decision.remedy.includes("drover reset")) continue;
      expect(decision.remedy).toMatch(
        /^(If the cluster is to go: |There is no copy, so no cluster was ever completed: )/,
      );
    }
  });
});
