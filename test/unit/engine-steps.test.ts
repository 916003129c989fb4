import { describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { rkeEngine } from "../../src/engines/rke/engine.ts";
import { readyStep } from "../../src/engines/rke/ready-step.ts";
import { sha256 } from "../../src/engines/rke/record.ts";
import { idleStep } from "../../src/engines/rke/rke-lock.ts";
import { stateStep } from "../../src/engines/rke/state-step.ts";
import { toolsStep } from "../../src/engines/rke/tools-step.ts";
import { upStep } from "../../src/engines/rke/up-step.ts";
import { chartSettings } from "./support/addon-world.ts";
import {
  changesOf,
  cluster,
  decideOn,
  deployment,
  jobPod,
  list,
  type Machine,
  node,
  paths,
  scriptsOf,
  setupOf,
  state,
  templates,
  threeNodes,
  withRke,
} from "./support/rke-world.ts";

const setup = setupOf();
const remembered = (clusterYmlSha256: string): string =>
  list({ kind: "ConfigMap", metadata: { name: "drover", namespace: "kube-system" }, data: { clusterYmlSha256 } });
const record = remembered(sha256(setup.clusterYml));

/** A control machine whose cluster is all that the inventory asks for. */
const done: Machine = {
  "rke --version": "rke version v1.8.1",
  "config --list-version": "v1.32.3-rancher1-1\nv1.31.7-rancher1-1\n",
  "flock -n": "",
  "cat /c/cluster.yml": setup.clusterYml,
  "cat /c/cluster.rkestate": state(true),
  "test -s /c/kube_config_cluster.yml": "",
  "get nodes,pods": list(...threeNodes(), deployment("coredns", 1)),
  "get configmaps,secrets": record,
};

/** The same, but for some answers. */
function but(changes: Machine): Machine {
  return { ...done, ...changes };
}

const fails = { code: 1 };

/** A control machine on which nothing was ever done. */
const fresh = but({
  "cat /c/cluster.yml": fails,
  "cat /c/cluster.rkestate": "missing\n",
  "test -s /c/kube_config_cluster.yml": fails,
  "get nodes,pods": { code: 1, stdout: JSON.stringify({ clientVersion: { gitVersion: "v1.32.3" } }, null, 2) },
  "get configmaps,secrets": fails,
});

describe("the engine rke", () => {
  it("has nothing to do where everything is as wanted", () => {
    const stages = rkeEngine.stages({ cluster, paths, templates }).filter((stage) => stage.on === "control");
    const steps = stages.flatMap((stage) => stage.steps);
    expect(steps.map((step) => [step.id, decideOn(step, done).kind])).toEqual([
      ["rke/tools", "ok"],
      ["rke/idle", "ok"],
      ["rke/state", "ok"],
      ["rke/up", "ok"],
      ["rke/ready", "ok"],
    ]);
  });

  it("asks the control machine nine questions, several steps together", () => {
    const stages = rkeEngine.stages({ cluster, paths, templates }).filter((stage) => stage.on === "control");
    expect(
      questionsOf(
        stages.flatMap((stage) => stage.steps),
        control,
      ),
    ).toHaveLength(9);
  });

  it("never throws, whatever a machine answers", () => {
    const steps = rkeEngine.stages({ cluster, paths, templates }).flatMap((stage) => stage.steps);
    const noise = [
      "",
      "null",
      "[]",
      "{}",
      '{"items":[null,1]}',
      "\u0000\uffff",
      '{"items":[{"kind":"Node"}]}',
      '{"desiredState":{}}',
    ];
    for (const step of steps) {
      for (const stdout of noise) {
        for (const code of [0, 1, 127]) {
          expect(() => decideOn(step, { "": { code, stdout } }, cluster.hosts[0])).not.toThrow();
        }
      }
    }
  });

  it("leaves out the gate on nodes where the customer brings the network", () => {
    const own = withRke({ network: { plugin: "none", options: {} } });
    expect(rkeEngine.stages({ cluster: own, paths, templates }).map(({ id }) => id)).toEqual([
      "tools",
      "images",
      "state",
      "cluster",
      "etcd",
    ]);
  });

  it("leaves pulling to rke where it does not know the images of a version", () => {
    const other = withRke({ kubernetesVersion: "v1.32.99-rancher1-1" });
    const steps = rkeEngine.stages({ cluster: other, paths, templates }).flatMap((stage) => stage.steps);
    expect(steps.map(({ id }) => id)).not.toContain("rke/images");
  });
});

describe("rke/tools", () => {
  it.each([
    ["rke", { "rke --version": { code: 127 } }],
    ["kubectl", { "get nodes,pods": { code: 127 } }],
  ])("is blocked without %s and says how to get it", (name, changes) => {
    expect(decideOn(toolsStep(setup), but(changes))).toMatchObject({
      kind: "blocked",
      code: "cluster/tool-missing",
      because: expect.stringContaining(name),
      remedy: expect.stringContaining(`tools.${name}`),
    });
  });

  it("asks for helm only if something is installed with it", () => {
    const certManager = chartSettings();
    const withAddon = setupOf({ ...cluster, addons: { certManager } });
    expect(decideOn(toolsStep(withAddon), done)).toMatchObject({ code: "cluster/tool-missing" });
    expect(decideOn(toolsStep(setup), done).kind).toBe("ok");
  });

  it.each<[string, object]>([
    ["v3.16.4+g1", { kind: "blocked", because: expect.stringContaining("is too old: addons need 3.17") }],
    ["v2.17.0", { kind: "blocked" }],
    ["v3.17.0+g1", { kind: "ok" }],
    ["v3.22.0", { kind: "ok" }],
    ["v4.0.1", { kind: "ok" }],
  ])("with helm %s decides %j", (version, decision) => {
    const withAddon = setupOf({ ...cluster, addons: { certManager: chartSettings() } });
    expect(decideOn(toolsStep(withAddon), but({ "helm version": version }))).toMatchObject(decision);
  });

  it("names the versions that rke knows if it does not know the wanted one", () => {
    const decision = decideOn(toolsStep(setupOf(withRke({ kubernetesVersion: "v1.33.0-rancher1-1" }))), done);
    expect(decision).toMatchObject({
      code: "cluster/kubernetes-version-unknown",
      because:
        "rke v1.8.1 does not know Kubernetes v1.33.0-rancher1-1: it lists v1.31.7-rancher1-1, v1.32.3-rancher1-1",
    });
  });

  it("names none of what else rke says on the same stream, and has the newest version last", () => {
    const log = `time="2026-01-01T00:00:00Z" level=warning msg="v1.33.0-rancher1-1 is not there"`;
    const said = `${log}\nv1.30.10-rancher1-1\nv1.30.9-rancher1-1\n`;
    const decision = decideOn(
      toolsStep(setupOf(withRke({ kubernetesVersion: "v1.33.0-rancher1-1" }))),
      but({ "config --list-version": said }),
    );
    expect(decision).toMatchObject({
      because: expect.stringMatching(/: it lists v1\.30\.9-rancher1-1, v1\.30\.10-rancher1-1$/),
    });
  });
});

describe("rke/idle", () => {
  it("waits for an rke that outlived its Drover before anything is judged", () => {
    const decision = decideOn(idleStep(paths), but({ "flock -n": "busy\n" }));
    expect(changesOf(decision)[0]?.summary).toContain("interrupted run");
    expect(scriptsOf(decision)).toContain("flock /c/rke.lock true");
  });
});

describe("rke/state", () => {
  const step = stateStep(setup);
  const notReady = threeNodes({ ready: false });

  it("is content before there is a cluster", () => {
    expect(decideOn(step, fresh).kind).toBe("ok");
  });

  it("blocks if the state is gone while the cluster is there", () => {
    const decision = decideOn(step, but({ "cat /c/cluster.rkestate": "missing\n" }));
    expect(decision).toMatchObject({
      kind: "blocked",
      code: "cluster/state-missing",
      because: expect.stringContaining("the cluster answers"),
    });
  });

  it("blocks on a state that is cut off, which rke would take for an empty one", () => {
    const decision = decideOn(step, but({ "cat /c/cluster.rkestate": state(true).slice(0, 80) }));
    expect(decision).toMatchObject({ kind: "blocked", code: "cluster/state-corrupt" });
  });

  it("blocks on the state of other hosts, and names them", () => {
    const decision = decideOn(step, but({ "cat /c/cluster.rkestate": state(true, ["192.0.2.1"]) }));
    expect(decision).toMatchObject({ code: "cluster/state-foreign", because: expect.stringContaining("192.0.2.1") });
  });

  it("takes a state with one host in common for its own", () => {
    expect(decideOn(step, but({ "cat /c/cluster.rkestate": state(true, ["10.0.0.3", "10.0.0.9"]) })).kind).toBe("ok");
  });

  it("lets rke complete a half-made cluster: keeps the certificates, forgets that there was a cluster", () => {
    const decision = decideOn(step, but({ "get nodes,pods": list(...notReady) }));
    const [backup, write] = changesOf(decision)[0]?.actions ?? [];
    expect(backup).toMatchObject({ kind: "run" });
    expect(write).toMatchObject({ kind: "write", path: paths.state, mode: 0o600, sensitive: true });
    const written = JSON.parse(write?.kind === "write" ? write.content : "{}");
    expect(written.currentState).toEqual({});
    expect(written.desiredState.certificatesBundle["kube-ca"].keyPEM).toBe("secret");
  });

  it.each([
    ["some node is Ready", [node("node-a"), ...notReady.slice(1)]],
    ["the network was deployed once", [...notReady, jobPod("rke-network-plugin-deploy-job", "Succeeded")]],
  ])("takes no working cluster for a half-made one: %s", (_, items) => {
    expect(decideOn(step, but({ "get nodes,pods": list(...items) })).kind).toBe("ok");
  });

  it("has nothing to forget where rke recorded no cluster", () => {
    const machine = but({ "cat /c/cluster.rkestate": state(false), "get nodes,pods": list(...notReady) });
    expect(decideOn(step, machine).kind).toBe("ok");
  });

  describe("where the API does not answer", () => {
    const silent = { code: 1, stdout: JSON.stringify({ clientVersion: { gitVersion: "v1.32.3" } }) };
    const down = (changes: Machine = {}) =>
      but({ "get nodes,pods": silent, "get configmaps,secrets": fails, ...changes });

    it("begins anew on machines of which none runs a kubelet, and says that what was in the cluster is gone", () => {
      const [change] = changesOf(decideOn(step, down({ ":10250": "" })));
      expect(change).toMatchObject({
        disrupts: "cluster",
        summary: expect.stringMatching(/anew, without what was in it/),
      });
      const [wait, backup, write] = change?.actions ?? [];
      expect([wait?.kind, backup?.kind, write?.kind]).toEqual(["run", "run", "write"]);
      expect(JSON.parse(write?.kind === "write" ? write.content : "{}")).toMatchObject({
        currentState: {},
        desiredState: { certificatesBundle: { "kube-ca": { keyPEM: "secret" } } },
      });
    });

    it("leaves the state alone while any host may still be a node", () => {
      expect(decideOn(step, down({ ":10250": fails })).kind).toBe("ok");
      expect(decideOn(step, down({ ":10250": { code: 127 } })).kind).toBe("ok");
    });

    it("has nothing to forget where rke recorded no cluster", () => {
      expect(decideOn(step, down({ ":10250": "", "cat /c/cluster.rkestate": state(false) })).kind).toBe("ok");
    });

    it("does not ask for kubelets where the API answers, whatever they would say", () => {
      expect(decideOn(step, but({ ":10250": "" })).kind).toBe("ok");
    });
  });

  it("takes an unfinished network job for half-made", () => {
    const items = [...notReady, jobPod("rke-network-plugin-deploy-job", "Running")];
    expect(decideOn(step, but({ "get nodes,pods": list(...items) })).kind).toBe("change");
  });
});

describe("rke/up", () => {
  const step = upStep(setup);

  it("makes a cluster where there is none, and checks the ports then", () => {
    const decision = decideOn(step, fresh);
    expect(changesOf(decision)[0]?.summary).toBe(
      "make the cluster demo: Kubernetes v1.32.3-rancher1-1 on 3 hosts (rke up)",
    );
    expect(scriptsOf(decision)).not.toContain("--disable-port-check");
    expect(scriptsOf(decision)).not.toContain("--ignore-docker-version");
  });

  it("resumes an unfinished first run without the port check", () => {
    const decision = decideOn(step, but({ "cat /c/cluster.rkestate": state(false), "get configmaps,secrets": fails }));
    expect(scriptsOf(decision)).toContain("--disable-port-check");
  });

  it.each<[string, Machine, string]>([
    ["cluster.yml was changed", { "cat /c/cluster.yml": "cluster_name: other\n" }, "cluster.yml changed"],
    [
      "cluster.yml was removed, as who wants a lost container back does",
      { "cat /c/cluster.yml": fails },
      "cluster.yml changed",
    ],
    ["the record in the cluster is missing", { "get configmaps,secrets": fails }, "the last rke up did not finish"],
    ["the record is of another cluster.yml", { "get configmaps,secrets": remembered("0") }, "did not finish"],
    ["the kubeconfig is gone", { "test -s /c/kube_config_cluster.yml": fails }, "make the cluster"],
    ["the cluster does not answer", { "get nodes,pods": fails }, "the cluster does not answer"],
    ["a node is missing", { "get nodes,pods": list(...threeNodes().slice(0, 2)) }, "node-c is not a node"],
    [
      "a kubelet is silent",
      { "get nodes,pods": list(...threeNodes().slice(0, 2), node("node-c", { ready: "Unknown" })) },
      "the kubelet of node-c does not report",
    ],
    ["a node is old", { "get nodes,pods": list(...threeNodes({ version: "v1.31.7" })) }, "node-b runs v1.31.7"],
    [
      "a role is missing",
      { "get nodes,pods": list(...threeNodes({ roles: ["worker"] })) },
      "node-a is not controlplane and etcd",
    ],
  ])("runs rke again if %s", (_, changes, reason) => {
    expect(changesOf(decideOn(step, but(changes)))[0]?.summary).toContain(reason);
  });

  it("shows how cluster.yml changes, with passwords hidden on both sides", () => {
    const registry = { url: "r:5000", user: "u", password: "new-secret", insecure: false, default: true };
    const secret = setupOf({ ...cluster, registries: [registry] });
    const old = secret.clusterYml.replace("new-secret", "old-secret").replace("demo", "demi");
    const [change] = changesOf(decideOn(upStep(secret), but({ "cat /c/cluster.yml": old })));
    expect(change?.before).toContain("cluster_name: demi");
    expect(change?.after).toContain("cluster_name: demo");
    expect(`${change?.before}${change?.after}`).not.toContain("secret");
    expect(change?.actions[0]).toMatchObject({ kind: "write", sensitive: true, mode: 0o600 });
    expect(scriptsOf(decideOn(upStep(secret), but({ "cat /c/cluster.yml": old })))).not.toContain("secret");
  });

  it("hands --ignore-docker-version on: rke does not read the key of cluster.yml", () => {
    expect(scriptsOf(decideOn(upStep(setupOf(withRke({ ignoreDockerVersion: true }))), fresh))).toContain(
      "--ignore-docker-version",
    );
  });
});

describe("rke/ready", () => {
  const step = readyStep(setup);

  it("waits for rke/up while nodes are missing", () => {
    expect(decideOn(step, fresh)).toMatchObject({ kind: "later", after: "rke/up" });
    expect(decideOn(step, but({ "get nodes,pods": list(node("node-a")) }))).toMatchObject({ kind: "later" });
  });

  it.each<[string, object[], string]>([
    ["a node is not Ready", [...threeNodes().slice(0, 2), node("node-c", { ready: false })], "wait for node node-c"],
    ["a deployment lacks a replica", [...threeNodes(), deployment("coredns", 1, 2)], "wait for coredns"],
    [
      "a new form was not yet looked at",
      [...threeNodes(), { ...deployment("dns", 1), metadata: { name: "dns", generation: 2 } }],
      "wait for dns",
    ],
    [
      "a daemon set is not on all nodes",
      [
        ...threeNodes(),
        {
          kind: "DaemonSet",
          metadata: { name: "net" },
          status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
        },
      ],
      "wait for net",
    ],
    [
      "the old form of a daemon set is about to be replaced",
      [
        ...threeNodes(),
        {
          kind: "DaemonSet",
          metadata: { name: "net" },
          status: { desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
        },
      ],
      "wait for net",
    ],
  ])("waits if %s", (_, items, summary) => {
    const [change] = changesOf(decideOn(step, but({ "get nodes,pods": list(...items) })));
    expect(change).toMatchObject({ summary, onlyWaits: true });
  });
});
