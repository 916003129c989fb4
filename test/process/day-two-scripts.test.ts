import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Cluster, ClusterPaths } from "../../src/core/cluster.ts";
import { drainStep } from "../../src/engines/rke/day-two/drain-step.ts";
import { memberStep } from "../../src/engines/rke/day-two/member-step.ts";
import { settledStep } from "../../src/engines/rke/day-two/quorum-step.ts";
import { restoreStages } from "../../src/engines/rke/day-two/snapshot-restore.ts";
import { saveStages } from "../../src/engines/rke/day-two/snapshot-save.ts";
import { type RkeSetup, rkeSetup } from "../../src/engines/rke/setup.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, decideOn, host, list, node, pathsIn, scriptsOf, templates } from "../unit/support/rke-world.ts";

// rke and kubectl are doubles here: small scripts. The shell text that Drover runs is the real one.

let dir: string;
let paths: ClusterPaths;
let given: Cluster;
let setup: RkeSetup;
const state = (name: string): string => `{"desiredState":{},"currentState":{"rkeConfig":{"is":"${name}"}}}`;

beforeEach(() => {
  dir = testFolder("day-two");
  const at = (name: string) => join(dir, name);
  paths = pathsIn(dir);
  mkdirSync(at("bin"));
  given = { ...cluster, tools: { rke: at("bin/rke"), kubectl: at("bin/kubectl"), helm: at("bin/helm") } };
  setup = rkeSetup({ cluster: given, paths, templates });
  writeFileSync(paths.state, state("old"), { mode: 0o600 });
  writeFileSync(paths.clusterYml, "nodes: []\n");
});

function program(name: string, body: string): void {
  writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(dir, "bin", name), 0o755);
}

const sh = (script: string) => spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", input: "" });
const read = (name: string): string => readFileSync(join(dir, name), "utf8");

/** Runs what the first step of a stage would do, and says whether its own question is then content. */
function run(stages: ReturnType<typeof saveStages>, id: string) {
  const step = stages.find((stage) => stage.id === id)?.steps[0] ?? expect.fail(`no stage ${id}`);
  const ran = sh(scriptsOf(decideOn(step, {})));
  const done = step.probes(host("x"))["done"] ?? expect.fail("no probe");
  return { ...ran, done: sh(done.sh.text).status === 0 };
}

describe("what rke is asked to do once", () => {
  const save = () => run(saveStages(setup, "mine", "t1"), "snapshot");

  it("is done by rke in the cluster's folder, with its words in the log, and known as done afterwards", () => {
    program("rke", `echo "$@" >words; pwd >where; echo "$RKE_CONFIG" >config; echo said`);
    const { status, done, stdout } = save();
    expect([status, done, stdout]).toEqual([0, true, "said\n"]);
    expect(read("words")).toBe(`etcd snapshot-save --name mine --config ${paths.clusterYml}\n`);
    expect([read("where"), read("config")]).toEqual([`${dir}\n`, "\n"]);
    expect(read("rke.log")).toBe("said\ndrover: t1 is done\n");
  });

  it("is not done if rke fails, whatever an earlier one left in the log", () => {
    writeFileSync(join(dir, "rke.log"), "drover: t1 is done\n");
    program("rke", "echo no; exit 3");
    expect(save()).toMatchObject({ status: 3, done: false, stdout: "no\n" });
    expect(existsSync(join(dir, "rke.log.code"))).toBe(false);
  });

  it("is not done by words of rke that look so, nor by those of another run", () => {
    program("rke", "echo 'xx drover: t1 is done'; echo 'drover: t2 is done'; exit 1");
    expect(save().done).toBe(false);
  });

  it("goes on without a host where it only saves: what the others have is a snapshot too", () => {
    program(
      "rke",
      `echo 'level=warning msg="Failed to set up SSH tunneling for host [10.0.0.3]: no route"'; echo saved`,
    );
    expect(save()).toMatchObject({ status: 0, done: true, stdout: expect.stringMatching(/saved\n$/) });
  });

  it("keeps a copy of the state from before, and one of what rke made of it", () => {
    program("rke", `sleep 1.1; echo '${state("new")}' >cluster.rkestate; chmod 644 cluster.rkestate`);
    expect(save().status).toBe(0);
    const copies = sh(`cat ${paths.backups}/*-cluster.rkestate`).stdout;
    expect([copies.includes('"old"'), copies.includes('"new"')]).toEqual([true, true]);
    expect(statSync(paths.state).mode & 0o777).toBe(0o600);
  });
});

describe("a restore by rke", () => {
  const restore = () => run(restoreStages(setup, { snapshot: "mine", lost: ["all"], token: "t1" }), "restore");
  /** As rke does it: the record of the cluster goes first (cmd/etcd.go). */
  const forgets = `echo '{"desiredState":{},"currentState":{}}' >cluster.rkestate`;

  it("that finds no snapshot leaves the state as it was: the cluster lives", () => {
    program("rke", `${forgets}; echo 'failed to start backup server on all etcd nodes'; exit 1`);
    expect(restore()).toMatchObject({ status: 1, done: false });
    expect(read("cluster.rkestate")).toBe(state("old"));
    expect(existsSync(`${paths.state}.before-restore`)).toBe(false);
  });

  it("that ends after the cluster was taken down leaves rke's state: the next up makes it anew", () => {
    program("rke", `${forgets}; echo 'level=info msg="Cleaning old kubernetes cluster"'; exit 1`);
    expect(restore()).toMatchObject({ status: 1, done: false });
    expect(read("cluster.rkestate")).not.toBe(state("old"));
    expect(existsSync(`${paths.state}.before-restore`)).toBe(false);
  });

  it("that ends well is written down in the cluster, as an up would be", () => {
    program("rke", `echo '${state("restored")}' >cluster.rkestate`);
    program("kubectl", `cat >${dir}/applied; echo "$@" >${dir}/kubectl-words`);
    expect(restore()).toMatchObject({ status: 0, done: true });
    expect(read("applied")).toContain("clusterYmlSha256");
    expect(read("cluster.rkestate")).toContain("restored");
    expect(existsSync(`${paths.state}.before-restore`)).toBe(false);
  });

  it("is ended where rke would go on without a host, before anything is taken down, and the state is as it was", () => {
    const warning = `level=warning msg="Failed to set up SSH tunneling for host [10.0.0.3]: no route"`;
    program(
      "rke",
      `${forgets}; echo '${warning}'; n=0; while [ $n -lt 60 ]; do n=$((n + 1)); sleep 1; done; echo 'Cleaning old kubernetes cluster'; touch went-on`,
    );
    const { status, done, stdout } = restore();
    expect([status, done]).toEqual([143, false]);
    expect(stdout.trimEnd().split("\n").at(-1)).toContain("[10.0.0.3]");
    expect(existsSync(join(dir, "went-on"))).toBe(false);
    expect(read("cluster.rkestate")).toBe(state("old"));
    expect(existsSync(join(dir, "rke.log.pid"))).toBe(false);
  });

  it("is not begun where the state cannot be kept", () => {
    rmSync(paths.state);
    program("rke", "touch was-run");
    expect(restore()).toMatchObject({ status: 1, done: false });
    expect(existsSync(join(dir, "was-run"))).toBe(false);
  });
});

describe("the wait for etcd's members", () => {
  // docker and sleep are doubles on the PATH: what etcdctl says is recorded from 3.5.16.
  const step = settledStep([host("node-a", { roles: ["etcd"] })]);
  const sick = '[{"endpoint":"https://10.0.0.1:2379","health":false}]';
  const decision = decideOn(step, { "docker exec etcd": sick }, host("node-a"));
  const wait = () => {
    const env = { PATH: `${dir}/bin:${process.env["PATH"]}` };
    return spawnSync("/bin/sh", ["-c", scriptsOf(decision)], { encoding: "utf8", input: "", env });
  };
  beforeEach(() => program("sleep", `echo slept >>${dir}/slept`));

  it("ends as soon as all are healthy", () => {
    program("docker", `echo asked >>${dir}/asked; [ $(wc -l <${dir}/asked) -ge 3 ]`);
    expect(wait().status).toBe(0);
    expect([read("asked"), read("slept")]).toEqual(["asked\n".repeat(3), "slept\n".repeat(2)]);
  });

  it("gives up after two minutes, and says which one is not healthy, and why", () => {
    program(
      "docker",
      `echo asked >>${dir}/asked
echo 'https://10.0.0.2:2379 is healthy: successfully committed proposal: took = 9.2ms'
echo 'https://10.0.0.3:2379 is unhealthy: failed to commit proposal: context deadline exceeded' >&2
echo 'Error: unhealthy cluster' >&2
exit 1`,
    );
    const { status, stderr } = wait();
    expect([status, read("slept").length / "slept\n".length]).toEqual([1, 60]);
    const [action] = decision.kind === "change" ? decision.changes[0].actions : [];
    const known = action?.kind === "run" ? action.failures?.find(({ pattern }) => pattern.test(stderr)) : undefined;
    expect(known?.pattern.exec(stderr)?.slice(1)).toEqual([
      "10.0.0.3:2379",
      "failed to commit proposal: context deadline exceeded",
    ]);
    expect(known).toMatchObject({ code: "cluster/not-ready", remedy: expect.stringContaining("docker logs etcd") });
  });
});

describe("the wait for the member of etcd on a host", () => {
  const on = host("node-a", { roles: ["etcd"] });
  const decision = decideOn(memberStep(), { "test -s": "" }, on);
  const wait = () => {
    const env = { PATH: `${dir}/bin:${process.env["PATH"]}` };
    return spawnSync("/bin/sh", ["-c", scriptsOf(decision)], { encoding: "utf8", input: "", env });
  };
  beforeEach(() => program("sleep", `echo slept >>${dir}/slept`));

  it("asks that member alone, and ends as soon as it is healthy", () => {
    program("docker", `echo "$@" >>${dir}/asked; [ $(wc -l <${dir}/asked) -ge 2 ]`);
    expect(wait()).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const asked = "exec -e ETCDCTL_ENDPOINTS=https://10.0.0.1:2379 etcd etcdctl endpoint health\n";
    expect([read("asked"), read("slept")]).toEqual([asked.repeat(2), "slept\n"]);
  });

  it.each([
    "https://10.0.0.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): NOSPACE ",
    "Error response from daemon: No such container: etcd",
  ])("ends at once where waiting changes nothing: %s", (said) => {
    program("docker", `echo '${said}' >&2; exit 1`);
    expect(wait()).toMatchObject({ status: 1, stderr: `${said}\n` });
    expect(existsSync(join(dir, "slept"))).toBe(false);
  });

  it("keeps etcdctl's own log to itself", () => {
    program("docker", `printf '{"level":"warn","msg":"retrying"}\\n%s\\n' 'x is unhealthy: y' >&2; exit 1`);
    expect(wait()).toMatchObject({ status: 1, stderr: "x is unhealthy: y\n" });
    expect(read("slept")).toBe("slept\n".repeat(60));
  });
});

describe("a drain", () => {
  const drain = () => {
    const step = drainStep({ cluster: given, paths }, host("node-c"), { force: false, minutes: 1 });
    return sh(scriptsOf(decideOn(step, { "get node ": JSON.stringify(node("node-c")), "get pods": list() })));
  };
  /** Notes what it is told to do; says whether the node was cordoned before; fails to drain if asked to. */
  const kubectl = (was: string, drains: string) =>
    program(
      "kubectl",
      `case "$*" in *"get node"*) printf '%s' '${was}' ;; *" drain "*) echo drain >>${dir}/told; ${drains} ;; *uncordon*) echo uncordon >>${dir}/told ;; esac`,
    );

  it("that succeeds leaves the node cordoned", () => {
    kubectl("", "true");
    expect(drain().status).toBe(0);
    expect(read("told")).toBe("drain\n");
  });

  it("that fails lets the node take pods again", () => {
    kubectl("", "exit 1");
    expect(drain()).toMatchObject({ status: 1, stderr: "drain failed\n" });
    expect(read("told")).toBe("drain\nuncordon\n");
  });

  it("that fails leaves a node cordoned which a person had cordoned", () => {
    kubectl("true", "exit 1");
    expect(drain().status).toBe(1);
    expect(read("told")).toBe("drain\n");
  });

  it("is not begun where the cluster does not answer", () => {
    program("kubectl", `case "$*" in *" drain "*) echo drain >>${dir}/told ;; esac; exit 1`);
    expect(drain().status).toBe(1);
    expect(existsSync(join(dir, "told"))).toBe(false);
  });
});
