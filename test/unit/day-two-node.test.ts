import { describe, expect, it } from "vitest";
import { without } from "../../src/cli/node/edit-hosts.ts";
import { refuseLastOfRole } from "../../src/cli/node/last-of-role.ts";
import { newHosts } from "../../src/cli/node/new-hosts.ts";
import { drainOptions } from "../../src/cli/node/remove.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { drainStep } from "../../src/engines/rke/day-two/drain-step.ts";
import { hasKubelet } from "../../src/engines/rke/day-two/node-parts.ts";
import { hostsConcerned, removeNodeStages } from "../../src/engines/rke/day-two/remove-node.ts";
import { changesOf, cluster, decideOn, host, list, node, paths, scriptsOf, templates } from "./support/rke-world.ts";

const leaving = host("node-c");
const access = { cluster, paths };
const options = { force: false, minutes: 10 };
const drain = drainStep(access, leaving, options);

function pod(
  name: string,
  more: { readonly owner?: string; readonly phase?: string; readonly mirror?: boolean; readonly going?: boolean } = {},
) {
  const { owner = "ReplicaSet", phase = "Running", mirror = false, going = false } = more;
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace: "web",
      ownerReferences: [{ kind: owner }],
      ...(mirror ? { annotations: { "kubernetes.io/config.mirror": "x" } } : {}),
      ...(going ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    status: { phase },
  };
}

/** What kubectl says of the node and of the pods on it. */
function drained(found: { readonly node?: object | string; readonly pods?: readonly object[] }) {
  const { pods = [] } = found;
  const said = found.node ?? node("node-c");
  return decideOn(drain, {
    "get node ": typeof said === "string" ? said : JSON.stringify(said),
    "get pods": list(...pods),
  });
}
const cordoned = { ...node("node-c"), spec: { unschedulable: true } };

describe("a node that is to be drained", () => {
  it("is done with when it takes no pods and has none that must go", () => {
    const staying = [
      pod("a", { owner: "DaemonSet" }),
      pod("b", { mirror: true }),
      pod("c", { phase: "Succeeded" }),
      pod("d", { phase: "Failed" }),
      pod("e", { going: true }),
    ];
    expect(drained({ node: cordoned, pods: staying })).toEqual({ kind: "ok" });
    expect(drained({ node: "" })).toEqual({ kind: "ok" });
  });

  it("does not wait for pods that come back whatever is cordoned, and does wait for all others", () => {
    const tolerating = (toleration: object) => ({ ...pod("t"), spec: { tolerations: [toleration] } });
    const back = [
      { operator: "Exists" },
      { operator: "Exists", effect: "NoSchedule" },
      { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
    ];
    expect(drained({ node: cordoned, pods: back.map(tolerating) })).toEqual({ kind: "ok" });
    const others = [
      { operator: "Exists", effect: "NoExecute" },
      { key: "gpu", operator: "Exists" },
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
      {},
    ];
    for (const one of others) expect(drained({ node: cordoned, pods: [tolerating(one)] }).kind).toBe("change");
  });

  it("shows the pods that it moves, and is kept from taking more", () => {
    const [change] = changesOf(drained({ pods: [pod("a"), pod("b", { phase: "Pending" })] }));
    expect(change).toMatchObject({
      summary: "let node-c take no more pods (cordon), and move 2 pods off it",
      before: "web/a\nweb/b\n",
      disrupts: "node",
    });
    expect(changesOf(drained({}))[0]?.summary).toBe("let node-c take no more pods (cordon)");
    expect(changesOf(drained({ node: cordoned, pods: [pod("a")] }))[0]?.summary).toContain("move 1 pod off it");
  });

  it("does not wait for pods of a kubelet that is dead, and deletes bare pods only by force", () => {
    expect(scriptsOf(drained({ pods: [pod("a")] }))).not.toMatch(/--force|--skip-wait/);
    const dead = decideOn(drain, {
      "get node ": JSON.stringify(node("node-c", { ready: false })),
      "get pods": list(pod("a")),
    });
    expect(scriptsOf(dead)).toContain("--skip-wait-for-delete-timeout=1");
    const gone = drainStep(access, leaving, { ...options, gone: true });
    const said = { "get node ": JSON.stringify(node("node-c")), "get pods": list(pod("a")) };
    expect(scriptsOf(decideOn(gone, said))).toContain("--skip-wait-for-delete-timeout=1");
    const forced = drainStep(access, leaving, { force: true, minutes: 3 });
    expect(scriptsOf(decideOn(forced, { "get node ": JSON.stringify(node("node-c")), "get pods": list() }))).toContain(
      "--timeout 3m --request-timeout 0 --force",
    );
  });

  it.each<[string, Readonly<Record<string, string | { code: number }>>]>([
    ["nobody answers", {}],
    ["the node's answer is cut", { "get node ": '{"kind":', "get pods": list() }],
    ["the pods' answer is cut", { "get node ": JSON.stringify(node("node-c")), "get pods": "{" }],
    ["kubectl is not there", { "get node ": { code: 127 }, "get pods": { code: 127 } }],
  ])("is not touched where %s", (_, machine) => {
    expect(decideOn(drain, machine)).toMatchObject({ kind: "blocked", code: "cluster/not-ready" });
  });

  it.each([
    [
      'error: unable to drain node "node-c" due to error: cannot delete cannot delete Pods that declare no controller (use --force to override): web/bare, continuing command...\ndrain failed',
      "nobody would make these pods again: web/bare",
    ],
    [
      `error when evicting pods/"db-0" -n "web" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\ndrain failed`,
      "a PodDisruptionBudget holds db-0",
    ],
    ["something else\ndrain failed", "not all pods could be moved away"],
  ])("is explained when it fails: %s", (said, words) => {
    const [action] = changesOf(drained({ pods: [pod("a")] }))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const known = failures.find(({ pattern }) => pattern.test(said)) ?? expect.fail("not explained");
    const match = known.pattern.exec(said);
    expect(known.message.replace("$1", match?.[1] ?? "")).toBe(words);
    expect(known.code).toBe("node/drain-failed");
    expect(known.remedy).toContain("node-c takes pods as before");
  });
});

describe("a host that leaves", () => {
  const etcd = ["controlplane", "etcd"] as const;
  const three: Cluster = {
    ...cluster,
    hosts: [host("node-a", { roles: etcd }), host("node-b", { roles: etcd }), host("node-c", { roles: ["worker"] })],
  };
  const stagesOf = (leaver: ReturnType<typeof host>, clean = true) => {
    const input = {
      cluster: { ...three, hosts: three.hosts.filter(({ name }) => name !== leaver.name) },
      paths,
      templates,
    };
    return removeNodeStages(input, { host: leaver, clean, drain: options });
  };

  it("loses its pods before it leaves, is cleaned after it has left, and etcd is asked only if it is a member", () => {
    expect(stagesOf(leaving).map(({ id }) => id)).toEqual([
      "tools",
      "drain",
      "state",
      "cluster",
      "ready",
      "gone",
      "containers",
      "leftovers",
    ]);
    expect(stagesOf(three.hosts[1] ?? expect.fail()).map(({ id }) => id)).toEqual([
      "tools",
      "quorum",
      "drain",
      "state",
      "cluster",
      "ready",
      "gone",
      "settled",
      "containers",
      "leftovers",
    ]);
  });

  it("is not cleaned where it does not answer", () => {
    expect(stagesOf(leaving, false).map(({ id }) => id)).not.toContain("leftovers");
  });

  it("is the only one that is cleaned", () => {
    const cleaning = stagesOf(leaving).filter(({ id }) => ["containers", "leftovers"].includes(id));
    const on = cleaning
      .flatMap(({ steps }) => steps)
      .map((step) => three.hosts.filter((one) => step.appliesTo?.(one)).map(({ name }) => name));
    expect(new Set(on.map(String))).toEqual(new Set(["node-c"]));
    expect(on.length).toBe(7);
  });

  it("is logged in to, and else nobody but etcd's members, if it was one", () => {
    const names = (leaver: ReturnType<typeof host>, clean: boolean) => {
      const staying = { ...three, hosts: three.hosts.filter(({ name }) => name !== leaver.name) };
      return hostsConcerned(staying, { host: leaver, clean, drain: options }).map(({ name }) => name);
    };
    expect(names(leaving, true)).toEqual(["node-c"]);
    expect(names(leaving, false)).toEqual([]);
    expect(names(host("node-b", { roles: etcd }), true)).toEqual(["node-a", "node-b"]);
  });

  it("is gone when the cluster has no such node, and not before", () => {
    const gone = stagesOf(leaving).find(({ id }) => id === "gone")?.steps[0] ?? expect.fail();
    expect(decideOn(gone, { "get node ": "" }).kind).toBe("ok");
    expect(decideOn(gone, { "get node ": JSON.stringify(node("node-c")) })).toMatchObject({
      kind: "later",
      because: "node-c is still a node",
    });
    expect(decideOn(gone, {}).kind).toBe("later");
  });

  it.each<[string, readonly string[], string, string]>([
    ["the last controlplane and etcd", ["node-a"], "cluster/last-of-role", "nobody would run the cluster's API"],
    ["all workers", ["node-b", "node-c"], "cluster/last-of-role", "pods would have nowhere to run"],
    ["a host that is not there", ["node-x"], "cli/usage", "the inventory has no host node-x"],
  ])("may not be %s", (_, names, code, words) => {
    const refusal = (): void => refuseLastOfRole(cluster, names);
    expect(refusal).toThrow(words);
    expect(refusal).toThrow(expect.objectContaining({ code }));
  });

  it("may be a worker of several", () => {
    expect(() => refuseLastOfRole(cluster, ["node-c"])).not.toThrow();
  });

  it("gives its pods so many minutes as a person says, within a day", () => {
    expect(drainOptions({ timeout: "5", force: true })).toEqual({ minutes: 5, force: true });
    for (const timeout of ["0", "-1", "1.5", "x", "", "1441", "1e9"]) {
      expect(() => drainOptions({ timeout })).toThrow("no number of minutes");
    }
  });
});

describe("a machine", () => {
  it.each([
    ["is the one that became the node if the kubelet's container is there", 0, "", true],
    ["is another if there is no such container", 1, "error: no such object: kubelet\n", false],
    ["is another if there is no Docker yet", 127, "sh: 1: docker: not found\n", false],
    [
      "is not known if its Docker does not answer",
      1,
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
      undefined,
    ],
    ["is not known if the question was cut", 124, "", undefined],
  ])("%s", (_, code, stderr, same) => {
    expect(hasKubelet.parse({ code, stdout: "", stderr })).toBe(same);
  });
});

describe("hosts as a person gives them", () => {
  it("become what the inventory writes: nothing that was not said", () => {
    expect(newHosts(["gpu-3=192.0.2.13"], { roles: "worker" })).toEqual([
      { name: "gpu-3", address: "192.0.2.13", roles: ["worker"] },
    ]);
    expect(newHosts(["node-9"], { roles: "worker" })).toEqual([{ name: "node-9", roles: ["worker"] }]);
  });

  it("take the options that hold for all", () => {
    const given = newHosts(["a=h1", "b=h2"], {
      roles: "controlplane, etcd",
      gpu: true,
      user: "ops",
      port: "2222",
      label: ["zone=r=1"],
      taint: ["x:NoSchedule"],
      group: ["g"],
    });
    expect(given[1]).toEqual({
      name: "b",
      address: "h2",
      port: 2222,
      user: "ops",
      groups: ["g"],
      roles: ["controlplane", "etcd"],
      gpu: true,
      labels: { zone: "r=1" },
      taints: ["x:NoSchedule"],
    });
  });

  it.each<[readonly string[], object, string]>([
    [["a="], {}, "not of the form name=address"],
    [["=1.2.3.4"], {}, "not of the form name=address"],
    [["a=b=c"], {}, "not of the form name=address"],
    [["a=1", "b=2"], { internalAddress: "10.0.0.1" }, "belong to one host"],
    [["a=1", "b=2"], { hostKey: "ssh-ed25519 A" }, "belong to one host"],
    [["a=1"], { label: ["x"] }, "not of the form key=value"],
    [["a=1"], { label: ["=x"] }, "not of the form key=value"],
  ])("are refused: %j %j", (given, more, words) => {
    expect(() => newHosts(given, { roles: "worker", ...more })).toThrow(words);
  });

  it("are taken from the list by their names, and not out of a range", () => {
    const hosts = [{ name: "a" }, { name: "gpu-[1-3]" }, { name: "b" }];
    expect(without(["a", "b"])(hosts)).toEqual([{ name: "gpu-[1-3]" }]);
    expect(() => without(["gpu-2"])(hosts)).toThrow(DroverError);
    expect(() => without(["gpu-2"])(hosts)).toThrow("one of a range");
  });
});
