import { describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import { furtherQuestions, questionsOf } from "../../src/core/decide.ts";
import { readState } from "../../src/engines/rke/rke-state.ts";
import { stateStep } from "../../src/engines/rke/state-step.ts";
import { decideOn, list, type Machine, node, setupOf, threeNodes } from "./support/rke-world.ts";

const setup = setupOf();
const step = stateStep(setup);
const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A node as RKE marks it. */
const made = (name: string, address: string, more: Parameters<typeof node>[1] = {}) => {
  const plain = node(name, more);
  return { ...plain, metadata: { ...plain.metadata, annotations: { "rke.cattle.io/external-ip": address } } };
};

/** The state of the cluster with an authority. */
function stateOf(authority: string, version = "v1.32.3-rancher1-1"): string {
  const nodes = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address) => ({ address }));
  const desiredState = {
    rkeConfig: { nodes, kubernetesVersion: version },
    certificatesBundle: { "kube-ca": { certificatePEM: authority } },
  };
  return JSON.stringify({ desiredState, currentState: desiredState });
}

const whole: Machine = {
  "cat /c/cluster.rkestate": stateOf(pem("ours")),
  "test -s /c/kube_config_cluster.yml": base64(pem("ours")),
  "get nodes,pods": list(...threeNodes()),
};
const fails = { code: 1 };
const but = (changes: Machine) => decideOn(step, { ...whole, ...changes });

describe("rke's state", () => {
  it("is as it should be where state, kubeconfig and cluster fit", () => {
    expect(decideOn(step, whole).kind).toBe("ok");
  });

  it("may be missing where there is nothing at all", () => {
    const nothing = {
      "cat /c/cluster.rkestate": "missing\n",
      "test -s /c/kube_config_cluster.yml": fails,
      "get nodes,pods": fails,
      "--server": "",
    };
    expect(but(nothing).kind).toBe("ok");
  });

  it("may not be missing where an API answers that this machine knows nothing of: a second machine, a lost folder", () => {
    const machine = {
      "--server": "10.0.0.1\n",
      "cat /c/cluster.rkestate": "missing\n",
      "test -s": fails,
      "get nodes,pods": fails,
    };
    const decision = decideOn(step, machine);
    expect(decision).toMatchObject({
      code: "cluster/state-missing",
      because: expect.stringContaining("a Kubernetes API answers on 10.0.0.1"),
      remedy: expect.stringContaining("from the machine on which the cluster was made"),
    });
  });

  it("is not given up for an API's answer that names no controlplane host", () => {
    const machine = {
      "--server": "evil; reboot\n",
      "cat /c/cluster.rkestate": "missing\n",
      "test -s": fails,
      "get nodes,pods": fails,
    };
    expect(decideOn(step, machine).kind).toBe("ok");
  });

  it("that is missing is offered from the newest whole copy, with the command", () => {
    const decision = decideOn(step, {
      "cd /c/backups": "20260101T000000Z-cluster.rkestate\n",
      ...whole,
      "cat /c/cluster.rkestate": "missing\n",
    });
    expect(decision).toMatchObject({
      code: "cluster/state-missing",
      remedy: expect.stringContaining("cp -p /c/backups/20260101T000000Z-cluster.rkestate /c/cluster.rkestate"),
    });
  });

  it("that is missing without a copy is offered from the cluster, with rke's own command", () => {
    expect(but({ "cat /c/cluster.rkestate": "missing\n", "cd /c/backups": fails })).toMatchObject({
      remedy: expect.stringContaining("cd /c && rke util get-state-file --config /c/cluster.yml"),
    });
  });

  it("that is cut off is told as such, with the way back", () => {
    const cut = stateOf(pem("ours")).slice(0, -20);
    const machine = {
      "cd /c/backups": "20260101T000000Z-cluster.rkestate\n",
      ...whole,
      "cat /c/cluster.rkestate": cut,
    };
    expect(decideOn(step, machine)).toMatchObject({
      code: "cluster/state-corrupt",
      remedy: expect.stringContaining("cp -p /c/backups/2026"),
    });
  });

  it("that is cut off, without copy or cluster, never led to one", () => {
    const machine = {
      "cat /c/cluster.rkestate": "{",
      "test -s": fails,
      "get nodes,pods": fails,
      "cd /c/backups": fails,
    };
    expect(decideOn(step, machine)).toMatchObject({ remedy: expect.stringContaining("no cluster was ever completed") });
  });

  it("does not take the name of a copy that is none", () => {
    const machine = { "cd /c/backups": "../../etc/passwd;x\n", ...whole, "cat /c/cluster.rkestate": "missing\n" };
    const decision = decideOn(step, machine);
    expect(decision.kind === "blocked" && decision.remedy).not.toContain("passwd");
  });

  it("asks for copies and APIs only where it has no state", () => {
    const questions = questionsOf([step], control);
    expect(questions).toHaveLength(3);
    const answers = (text: string) =>
      new Map(
        questions.map(({ text: sh }) => [sh, { code: 0, stdout: sh.includes("rkestate") ? text : "", stderr: "" }]),
      );
    expect(furtherQuestions([step], control, answers(stateOf(pem("ours"))))).toHaveLength(0);
    expect(furtherQuestions([step], control, answers("missing\n"))).toHaveLength(2);
    expect(furtherQuestions([step], control, answers("{ cut"))).toHaveLength(2);
  });
});

describe("a state of another time or cluster", () => {
  it("does not fit a kubeconfig that trusts another authority", () => {
    expect(but({ "test -s /c/kube_config_cluster.yml": base64(pem("theirs")) })).toMatchObject({
      code: "cluster/state-foreign",
      because: expect.stringContaining("different authorities"),
    });
  });

  it("fits one that differs in blanks only, or names no authority", () => {
    expect(but({ "test -s /c/kube_config_cluster.yml": base64(pem("ours").trim()) }).kind).toBe("ok");
    expect(but({ "test -s /c/kube_config_cluster.yml": "" }).kind).toBe("ok");
  });

  it("fits where a rotation of the authority broke off: either of the two is right", () => {
    const { desiredState } = JSON.parse(stateOf(pem("new")));
    const { currentState } = JSON.parse(stateOf(pem("ours")));
    expect(but({ "cat /c/cluster.rkestate": JSON.stringify({ desiredState, currentState }) }).kind).toBe("ok");
  });

  it("is older than the cluster where that has a node which it does not know", () => {
    const nodes = [...threeNodes().slice(0, 2), made("node-c", "10.0.0.3"), made("gpu-9", "10.0.0.9")];
    expect(but({ "get nodes,pods": list(...nodes) })).toMatchObject({
      code: "cluster/state-old",
      because: expect.stringContaining("a node that it does not know: gpu-9"),
      remedy: expect.stringContaining("get-state-file"),
    });
  });

  it("is not told old by a node that RKE did not make", () => {
    expect(but({ "get nodes,pods": list(...threeNodes(), node("virtual-kubelet")) }).kind).toBe("ok");
  });

  it.each([
    ["v1.31.7-rancher1-1", "cluster/state-old"],
    ["v1.32.3-rancher1-1", undefined],
    ["v1.33.0-rancher1-1", undefined],
  ])("of %s, with nodes on v1.32.3, is %s", (version, code) => {
    const decision = but({ "cat /c/cluster.rkestate": stateOf(pem("ours"), version) });
    expect(decision.kind === "blocked" ? decision.code : undefined).toBe(code);
  });

  it("is judged by the newest of what it was meant for: an upgrade may have broken off half way", () => {
    const { desiredState } = JSON.parse(stateOf(pem("ours"), "v1.32.3-rancher1-1"));
    const { currentState } = JSON.parse(stateOf(pem("ours"), "v1.9.1-rancher1-1"));
    expect(but({ "cat /c/cluster.rkestate": JSON.stringify({ desiredState, currentState }) }).kind).toBe("ok");
  });
});

describe("the state file", () => {
  it.each(["", "null", "[]", '{"desiredState":[]}', '{"desiredState":{}', "\u0000"])("%j is corrupt", (text) => {
    expect(readState(text).kind).toBe("corrupt");
  });

  it("with parts of the wrong kind is read without them", () => {
    const odd = {
      desiredState: { rkeConfig: { nodes: [1, null, { address: 7 }], kubernetesVersion: {} }, certificatesBundle: [] },
    };
    expect(readState(JSON.stringify(odd))).toMatchObject({
      kind: "known",
      addresses: [],
      versions: [],
      authorities: [],
    });
  });

  it("knows inner addresses too", () => {
    const rkeConfig = { nodes: [{ address: "a", internalAddress: "10.1.1.1" }] };
    expect(readState(JSON.stringify({ desiredState: { rkeConfig } }))).toMatchObject({
      addresses: ["a"],
      everyAddress: ["a", "10.1.1.1"],
    });
  });
});
