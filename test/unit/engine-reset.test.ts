import { describe, expect, it } from "vitest";
import { resetStages } from "../../src/engines/rke/reset.ts";
import { readSnapshot } from "../../src/kube/snapshot.ts";
import { readStatus, snapshotWithin } from "../../src/kube/status.ts";
import { changesOf, cluster, decideOn, host, list, node, paths, scriptsOf, withRke } from "./support/rke-world.ts";

const stages = resetStages({ cluster, paths });
const steps = stages.flatMap((stage) => stage.steps);
const step = (id: string) => steps.find((candidate) => candidate.id === id) ?? expect.fail(`no ${id}`);
const worker = host("w");

describe("a reset", () => {
  it("has nothing to do where there is nothing", () => {
    const decisions = steps.map((one) => [
      one.id,
      decideOn(one, { "test -s": { code: 1 }, "for file in": { code: 1 }, "": "" }).kind,
    ]);
    expect(decisions.filter(([, kind]) => kind !== "ok")).toEqual([]);
  });

  it("removes the cluster before what it leaves, the containers before what they hold, and the files last", () => {
    expect(stages.map(({ id, on }) => [id, on])).toEqual([
      ["remove", "control"],
      ["containers", "hosts"],
      ["leftovers", "hosts"],
      ["files", "control"],
    ]);
  });

  it("backs the state up before rke deletes it", () => {
    const script = scriptsOf(decideOn(step("reset/rke-remove"), { "test -s": "" }));
    expect(script.indexOf("keep /c/cluster.rkestate")).toBeGreaterThan(0);
    expect(script.indexOf("rke remove --force")).toBeGreaterThan(script.indexOf("keep /c/cluster.rkestate"));
  });

  it("goes on with a Docker that rke does not list, where the inventory says so", () => {
    const [remove] = resetStages({ cluster: withRke({ ignoreDockerVersion: true }), paths });
    const first = remove?.steps[0] ?? expect.fail("no step");
    expect(scriptsOf(decideOn(first, { "test -s": "" }))).toContain("--ignore-docker-version");
  });

  it.each([
    ["reset/containers", "k8s_POD_x\nkubelet\n", "remove 2 containers", "docker rm -f -v"],
    ["reset/mounts", "/var/lib/kubelet/pods/x\n", "remove 1 mount", "umount"],
    ["reset/volumes", "abc\n", "remove 1 volume", "docker volume rm"],
    ["reset/folders", "/etc/cni\n/opt/cni\n", "remove 2 folders", "rm -rf --one-file-system"],
    ["reset/interfaces", "cni0\n", "remove 1 interface", "ip link delete"],
    ["reset/iptables", "iptables\nip6tables\n", "remove 2 rule sets", "-restore"],
    ["reset/ipsets", "cali40s:x\n", "remove 1 address set", "ipset destroy"],
  ])("%s shows what is there and removes it", (id, listed, summary, command) => {
    const decision = decideOn(step(id), { "": listed }, worker);
    expect(changesOf(decision)[0]).toMatchObject({ summary, before: listed, after: "" });
    expect(scriptsOf(decision)).toContain(command);
  });

  it("does not take a Docker that does not answer for one without containers", () => {
    expect(decideOn(step("reset/containers"), { "": { code: 1 } }, worker)).toMatchObject({ kind: "blocked" });
  });
});

describe("the status of a cluster", () => {
  const pod = (name: string, phase: string, ready: boolean, waiting?: string) => ({
    kind: "Pod",
    metadata: { name, namespace: "apps" },
    spec: { nodeName: "node-b" },
    status: {
      phase,
      containerStatuses: [{ ready, state: waiting === undefined ? {} : { waiting: { reason: waiting } } }],
    },
  });

  it("tells nodes with roles, version and address, and pods that do not run with the reason", () => {
    const items = [
      node("node-a", { roles: ["controlplane", "etcd"], ready: false }),
      pod("good", "Running", true),
      pod("done", "Succeeded", false),
      pod("crashing", "Running", false, "CrashLoopBackOff"),
      pod("starting", "Running", false),
      pod("waiting", "Pending", false),
    ];
    expect(readStatus(list(...items))).toEqual({
      nodes: [
        {
          name: "node-a",
          ready: false,
          limits: [],
          roles: ["controlplane", "etcd"],
          version: "v1.32.3",
          internalIP: "10.0.0.6",
        },
      ],
      since: undefined,
      podsRunning: 1,
      podsNotRunning: [
        { namespace: "apps", name: "crashing", state: "CrashLoopBackOff", node: "node-b" },
        { namespace: "apps", name: "starting", state: "NotReady", node: "node-b" },
        { namespace: "apps", name: "waiting", state: "Pending", node: "node-b" },
      ],
    });
  });

  it("tells since when the cluster is there: its first node's time, whatever the others say", () => {
    const made = (name: string, time: unknown) => ({
      kind: "Node",
      metadata: { name, creationTimestamp: time, labels: {} },
    });
    const answer = list(
      made("b", "2026-11-20T10:00:00Z"),
      made("a", "2026-11-19T10:00:00Z"),
      made("c", "soon"),
      made("d", 7),
    );
    expect(readStatus(answer)?.since).toBe(Date.parse("2026-11-19T10:00:00Z"));
  });

  it("holds the engine's own snapshot: nodes and kube-system, and nothing of the others", () => {
    const inside = { ...pod("dns", "Running", true), metadata: { name: "dns", namespace: "kube-system" } };
    const deployed = { kind: "Deployment", metadata: { name: "web", namespace: "apps" } };
    const answer = {
      code: 0,
      stdout: list(node("node-a"), inside, pod("mine", "Running", true), deployed),
      stderr: "",
    };
    const within = readSnapshot(snapshotWithin(answer).stdout);
    expect([within?.nodes.length, within?.pods, within?.deployments]).toEqual([1, [inside], []]);
    const failed = { code: 1, stdout: '{"clientVersion":{}}', stderr: "refused" };
    expect(snapshotWithin(failed)).toBe(failed);
    expect(snapshotWithin({ ...answer, stdout: "cut {" }).stdout).toBe("cut {");
  });

  it("is not known from an answer that is none", () => {
    expect(readStatus("error")).toBeUndefined();
    expect(readStatus("[]")).toBeUndefined();
  });
});
