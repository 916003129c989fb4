import { beforeEach, describe, expect, it } from "vitest";
import { helmListProbe } from "../../src/addons/helm-list.ts";
import { clusterStatus } from "../../src/cli/cluster-status.ts";
import type { Result } from "../../src/core/probe.ts";
import { statusProbe } from "../../src/kube/status.ts";
import { renderStatus } from "../../src/view/status.ts";
import { answerBatch } from "./support/batch-double.ts";
import { knownPem } from "./support/certificates.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, paths, templates } from "./support/rke-world.ts";

const hosts = [host("node-a", { roles: ["controlplane", "etcd"] }), host("node-b")];
const loaded = { cluster: { ...cluster, hosts }, paths, templates, inventory: "/i.yaml" };
const asksKube = statusProbe(loaded).sh.text;
const asksHelm = helmListProbe(loaded).sh.text;

const rolesOf = (name: string) => (name === "node-a" ? ["controlplane", "etcd"] : ["worker"]);
const node = (name: string, ready: boolean) => ({
  kind: "Node",
  metadata: {
    name,
    labels: Object.fromEntries(rolesOf(name).map((role) => [`node-role.kubernetes.io/${role}`, "true"])),
  },
  status: {
    conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }],
    nodeInfo: { kubeletVersion: "v1.32.3" },
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
  },
});
const pod = (name: string, phase: string, status: object = {}) => ({
  kind: "Pod",
  metadata: { namespace: "web", name },
  spec: { nodeName: "node-b" },
  status: { phase, ...status },
});
const items = (...all: readonly object[]) => answer(JSON.stringify({ kind: "List", items: all }));

let machine: FakeHost;
let kube: Result;
let helm: Result;
/** What all other questions are answered. */
let rest: Result | undefined;
beforeEach(() => {
  machine = new FakeHost();
  kube = items(node("node-a", true), node("node-b", true));
  helm = answer("[]");
  rest = undefined;
  machine.onExec = (script) =>
    answerBatch(script, (question) => (question === asksKube ? kube : question === asksHelm ? helm : rest)) ??
    answer("", 1);
});
const status = () => clusterStatus(loaded, { ...machine.deps, concurrency: 2 });

describe("the status of a cluster", () => {
  it("has its nodes with roles, version and address, and no line stays open", async () => {
    const { nodes } = await status();
    expect(nodes).toEqual([
      {
        name: "node-a",
        ready: true,
        limits: [],
        roles: ["controlplane", "etcd"],
        version: "v1.32.3",
        internalIP: "10.0.0.1",
      },
      { name: "node-b", ready: true, limits: [], roles: ["worker"], version: "v1.32.3", internalIP: "10.0.0.1" },
    ]);
    expect(machine.open).toBe(0);
  });

  it("calls a node that is not ready a problem", async () => {
    kube = items(node("node-a", true), node("node-b", false));
    const { nodes, problems } = await status();
    expect(nodes.map(({ ready }) => ready)).toEqual([true, false]);
    expect(problems.filter((one) => one.startsWith("control: rke/ready: ")).join("\n")).toContain("node-b");
  });

  it.each([
    [pod("a", "Running"), undefined],
    [pod("a", "Running", { containerStatuses: [{ ready: true }] }), undefined],
    [pod("a", "Succeeded"), undefined],
    [pod("a", "Running", { containerStatuses: [{ ready: true }, { ready: false }] }), "NotReady"],
    [pod("a", "Pending"), "Pending"],
    [pod("a", "Failed", { reason: "Evicted" }), "Evicted"],
    [
      pod("a", "Running", {
        containerStatuses: [{ ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } }],
      }),
      "CrashLoopBackOff",
    ],
    [
      pod("a", "Pending", {
        initContainerStatuses: [{ state: { waiting: { reason: "ErrImagePull" } } }],
        containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
      }),
      "ErrImagePull",
    ],
    [pod("a", "Running", { containerStatuses: [{ ready: "true" }] }), "NotReady"],
    [pod("a", ""), ""],
  ])("tells of a pod what keeps it from running (%#)", async (one, state) => {
    kube = items(node("node-a", true), one);
    const { problems } = await status();
    const said = problems.filter((problem) => problem.startsWith("pod "));
    expect(said).toEqual(state === undefined ? [] : [`pod web/a on node-b: ${state}`]);
  });

  it("calls a node that is short of something a problem, and one that somebody cordoned none: that is told beside", async () => {
    const tired = node("node-b", true);
    const conditions = [...tired.status.conditions, { type: "DiskPressure", status: "True" }];
    kube = items(node("node-a", true), {
      ...tired,
      spec: { unschedulable: true },
      status: { ...tired.status, conditions },
    });
    const { problems, notes } = await status();
    expect(problems.filter((one) => one.startsWith("node node-b"))).toEqual([
      "node node-b: DiskPressure; `kubectl describe node node-b` tells more",
    ]);
    expect(notes).toEqual([
      "node node-b takes no new pods (cordoned): `kubectl uncordon node-b` has it take them again",
    ]);
  });

  it("has no more problems with a cordoned node than without one", async () => {
    const { problems } = await status();
    kube = items(node("node-a", true), { ...node("node-b", true), spec: { unschedulable: true } });
    expect((await status()).problems).toEqual(problems);
  });

  it("says of a pod that no node took that it has none", async () => {
    kube = items({ ...pod("a", "Pending"), spec: {} });
    expect((await status()).problems).toContain("pod web/a on no node: Pending");
  });

  it.each([
    ["fails", answer("", 1, "refused")],
    ["is cut", answer('{"items": [{"kind"')],
    ["is no object", answer("[1]")],
    ["is empty", answer("")],
  ])("says that the cluster does not answer where its answer %s, and none of its parts is missing", async (_, one) => {
    kube = one;
    const { nodes, problems } = await status();
    expect(nodes).toEqual([]);
    expect(problems[0]).toBe("the cluster does not answer");
    expect(problems.join("\n")).not.toContain("etcd does not answer");
  });

  describe("where neither kubeconfig nor state is here", () => {
    const certificate = `== kube-node.pem\n${knownPem}`;
    /** What each host answers besides. */
    let onHosts: (question: string) => Result | undefined;
    beforeEach(() => {
      kube = helm = answer("", 1, "no such file");
      onHosts = () => undefined;
      machine.onExec = (script, name) =>
        answerBatch(script, (question) =>
          question.startsWith("test ! -e") && name === "control"
            ? answer("")
            : name === "control"
              ? kube
              : onHosts(question),
        ) ?? answer("", 1);
    });

    it("says that there is no cluster yet, and nothing of its parts, but all of the hosts", async () => {
      const found = await status();
      expect(found).toMatchObject({ made: false, nodes: [], releases: [], notes: [] });
      expect(found).not.toHaveProperty("health");
      expect(found.problems[0]).toBe("there is no cluster yet: `drover up` makes it");
      expect(found.problems.filter((one) => one.startsWith("control: "))).toEqual([]);
      expect(found.problems.join("\n")).not.toMatch(/the cluster does not answer|none of Kubernetes' own programs/);
      const told = found.hosts.flatMap(({ name, differences }) => differences.map((one) => `${name}: ${one}`));
      expect(told.length).toBeGreaterThan(hosts.length);
      expect(found.problems.slice(1)).toEqual(told);
      expect(renderStatus(found, { color: false, width: 100 })).toMatch(/^Cluster [^\n]*: there is none yet\n\nHOST /);
    });

    it.each<[string, string, string]>([
      ["a container of RKE's, though it is stopped", "docker ps -a", "kubelet exited\n"],
      ["a certificate", "cd /etc/kubernetes/ssl", certificate],
      ["a snapshot", "find /opt/rke/etcd-snapshots", "4096 1750000000.5 daily_2026-01-01.zip\n"],
    ])("does not say so where a host has %s: then a cluster does not answer", async (_, asked, stdout) => {
      onHosts = (question) => (question.startsWith(asked) ? answer(stdout) : undefined);
      const found = await status();
      expect(found.made).toBe(true);
      expect(found.problems[0]).toBe("the cluster does not answer");
    });

    it("says so where Docker runs other containers", async () => {
      onHosts = (question) => (question.startsWith("docker ps -a") ? answer("web running\n") : undefined);
      expect((await status()).made).toBe(false);
    });

    it("does not say so where a host does not answer: it may have all of one", async () => {
      machine.onConnect = (name) => {
        if (name === "node-b") throw lineError("ssh/unreachable");
      };
      expect(await status()).toMatchObject({
        made: true,
        problems: expect.arrayContaining(["the cluster does not answer"]),
      });
    });
  });

  it("does not take a cluster for none where its files are here and all machines are new", async () => {
    kube = answer("", 1, "refused");
    expect(await status()).toMatchObject({ made: true });
  });

  it("has the releases, and none where helm's answer is none", async () => {
    helm = answer(
      '[{"name":"rancher","namespace":"cattle-system","revision":"2","status":"deployed","chart":"r-1"},7]',
    );
    expect((await status()).releases).toMatchObject([{ name: "rancher", revision: "2", status: "deployed" }]);
    for (const one of [answer("", 1), answer("{}"), answer("half [")]) {
      helm = one;
      expect((await status()).releases).toEqual([]);
    }
  });

  it("tells of a sick member of etcd once, in the engine's words, and of the step's difference where the cluster is silent", async () => {
    const gateway =
      '== https://10.0.0.1:2379\n{"members":[{"ID":"1","clientURLs":["https://10.0.0.1:2379"]}]}\n{"health":"false","reason":"ALARM NOSPACE"}\n';
    const answered = machine.onExec;
    machine.onExec = (script, name) =>
      answerBatch(script, (question) =>
        question === asksKube
          ? kube
          : question.includes("/v3/cluster/member/list")
            ? answer(gateway)
            : question.includes("test -s '/etc/kubernetes/ssl/kube-etcd-") ||
                question.includes("test -s /etc/kubernetes/ssl/kube-etcd-")
              ? answer("")
              : undefined,
      ) ?? answered(script, name);
    const found = await status();
    const said = found.problems.filter((one) => one.includes("ALARM NOSPACE"));
    expect(said).toEqual(["etcd: the member at 10.0.0.1 is not healthy: ALARM NOSPACE"]);
    // The table of hosts and --json still name the step.
    expect(found.hosts[0]?.differences.join("\n")).toContain("etcd/healthy: wait until");
    kube = answer("", 1, "refused");
    const silent = (await status()).problems.filter((one) => one.includes("ALARM NOSPACE"));
    expect(silent).toEqual([expect.stringMatching(/^node-a: etcd\/healthy: wait until /)]);
  });

  it("takes a host that cannot be reached for a finding, and tells the others whole", async () => {
    machine.onConnect = (name) => {
      if (name === "node-a") throw lineError("ssh/unreachable");
    };
    const found = await status();
    expect(found.hosts.map(({ name, state }) => `${name} ${state}`)).toEqual(["node-a UNREACHABLE", "node-b DIFFERS"]);
    expect(found.problems).toContain("node-a: the line says ssh/unreachable");
    expect(found.nodes).toHaveLength(2);
    expect(machine.open).toBe(0);
  });

  it("takes a control machine that cannot ask for a finding too", async () => {
    machine.onConnect = (name) => {
      if (name === "control") throw lineError("ssh/connection-lost");
    };
    const { problems, hosts: told } = await status();
    expect(problems).toContain("the cluster does not answer");
    expect(problems).toContain("control: the line says ssh/connection-lost");
    expect(told).toHaveLength(2);
  });

  it("takes a line that is lost in the middle for a finding", async () => {
    const answered = machine.onExec;
    machine.onExec = (script, name) => {
      if (name === "node-b") throw lineError("ssh/connection-lost");
      return answered(script, name);
    };
    expect((await status()).hosts.map(({ state }) => state)).toEqual(["DIFFERS", "UNREACHABLE"]);
  });

  it("asks each machine in one script, or in a second one what its answers call for", async () => {
    await status();
    // The control machine is asked in up to four lanes at once, twice.
    expect(machine.scripts.length).toBeLessThanOrEqual(2 * hosts.length + 8);
  });

  it.each([
    "\u001b[2J\u001b]0;owned\u0007",
    "\u0000\u0001\u0002",
    "|".repeat(3000),
    "%s%n$(reboot)`id`",
    '{"items":[{"kind":"Node"},{"kind":"Pod"},null,7,{"kind":"Node","metadata":{"name":"\\u001b[31mx","labels":7}}]}',
    '{"items":{"kind":"Node"}}',
    "== \n== x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  ])("shows nothing that a terminal would obey, whatever the machines answer (%#)", async (stdout) => {
    kube = helm = rest = answer(stdout, 0, stdout);
    const found = await status();
    for (const width of [40, 120]) {
      const text = renderStatus(found, { color: false, width });
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      expect(text.match(/.*undefined.*/)).toBeNull();
    }
    expect(() => JSON.parse(JSON.stringify({ v: 1, ...found }))).not.toThrow();
  });
});
