import { beforeEach, describe, expect, it } from "vitest";
import { refuseSameMachine } from "../../src/cli/node/replace.ts";
import type { Result } from "../../src/core/probe.ts";
import { nodeProbe } from "../../src/engines/rke/day-two/drain-step.ts";
import { hasKubelet } from "../../src/engines/rke/day-two/node-parts.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, node, paths, templates } from "./support/rke-world.ts";

const replaced = host("node-c");
const loaded = { cluster, paths, templates, inventory: "/i.yaml" };
const asksNode = nodeProbe(loaded, replaced).sh.text;

let machine: FakeHost;
let kubectl: Result;
let docker: Result;
beforeEach(() => {
  machine = new FakeHost();
  kubectl = answer(JSON.stringify(node("node-c")));
  docker = answer("", 1, "Error: No such object: kubelet");
  machine.onExec = (script) =>
    answerBatch(script, (question) =>
      question === asksNode ? kubectl : question === hasKubelet.sh.text ? docker : undefined,
    ) ?? answer("", 1);
});
const asked: string[] = [];
const refuse = async () => {
  asked.length = 0;
  const { onConnect } = machine;
  machine.onConnect = (name) => {
    asked.push(name);
    onConnect(name);
  };
  await refuseSameMachine(loaded, replaced, machine.deps).finally(() => expect(machine.open).toBe(0));
};

describe("a node is made anew", () => {
  it.each([
    ["has no kubelet", answer("", 1, "Error: No such object: kubelet")],
    ["has no Docker", answer("", 127, "docker: not found")],
  ])("where its machine %s: it is another one", async (_, said) => {
    docker = said;
    await refuse();
    expect(asked).toEqual(["control", "node-c"]);
  });

  it.each([
    ["its kubelet is there", answer("/kubelet\n")],
    ["its Docker does not answer, but is there", answer("", 1, "Cannot connect to the Docker daemon")],
  ])("but not where its machine is the same, as %s", async (why, said) => {
    docker = said;
    await expect(refuse()).rejects.toMatchObject({
      code: "node/same-machine",
      host: "node-c",
      message: `node-c is still the machine that became this node: ${why}`,
      remedy: expect.stringContaining("--force"),
    });
  });

  it.each([
    ["has no such node any more: a run that broke off goes on", answer("")],
    ["does not answer: what follows says so", answer("", 1, "connection refused")],
  ])("whatever is on the machine, where the cluster %s", async (_, said) => {
    kubectl = said;
    docker = answer("/kubelet\n");
    await refuse();
    expect(asked).toEqual(["control"]);
  });

  it("but not where the new machine does not answer, which is told as its own failure", async () => {
    machine.onConnect = (name) => {
      if (name === "node-c") throw lineError("ssh/host-key-changed");
    };
    await expect(refuse()).rejects.toMatchObject({ code: "ssh/host-key-changed" });
  });

  it("but not where this machine cannot ask the cluster", async () => {
    machine.onConnect = () => {
      throw lineError("ssh/unreachable");
    };
    await expect(refuse()).rejects.toMatchObject({ code: "ssh/unreachable" });
    expect(asked).toEqual(["control"]);
  });
});
