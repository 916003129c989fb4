import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Cluster, ClusterPaths } from "../../src/core/cluster.ts";
import { control } from "../../src/core/cluster.ts";
import { backupScript, keptBackups } from "../../src/engines/rke/backup.ts";
import { imagesStep } from "../../src/engines/rke/images-step.ts";
import { readyStep } from "../../src/engines/rke/ready-step.ts";
import { sha256 } from "../../src/engines/rke/record.ts";
import { idleStep } from "../../src/engines/rke/rke-lock.ts";
import { rkeSetup } from "../../src/engines/rke/setup.ts";
import { upStep } from "../../src/engines/rke/up-step.ts";
import {
  cluster,
  decideOn,
  deployment,
  list,
  node,
  scriptsOf,
  templates,
  threeNodes,
} from "../unit/support/rke-world.ts";

// rke and kubectl are doubles here: small scripts. The shell text that Drover runs is the real one.

let dir: string;
let paths: ClusterPaths;
let given: Cluster;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "drover-engine-"));
  const at = (name: string) => join(dir, name);
  paths = {
    dir,
    clusterYml: at("cluster.yml"),
    state: at("cluster.rkestate"),
    kubeconfig: at("kube_config_cluster.yml"),
    backups: at("backups"),
    lock: at("lock"),
    runs: at("runs"),
  };
  mkdirSync(at("bin"));
  given = { ...cluster, tools: { rke: at("bin/rke"), kubectl: at("bin/kubectl"), helm: at("bin/helm") } };
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(name: string, body: string): void {
  writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(dir, "bin", name), 0o755);
}

const sh = (script: string) => spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", input: "" });
const fresh = { "flock -n": "", "cat ": { code: 1 }, "test -s": { code: 1 } };

function upScript(): string {
  const step = upStep(rkeSetup({ cluster: given, paths, templates }));
  return scriptsOf(decideOn(step, { ...fresh, rkestate: "missing" }));
}

const makesCluster = `echo 'time="x" level=info msg="Building Kubernetes cluster"'
echo "$@" >args; echo "$RKE_CONFIG$RANCHER_METADATA_URL" >env
echo '{"desiredState":{}}' >cluster.rkestate; echo kubeconfig >kube_config_cluster.yml; chmod 644 cluster.rkestate`;

describe("the script of rke up", () => {
  it("runs rke in the cluster's folder, keeps its files to the owner, and records what was applied", () => {
    program("rke", makesCluster);
    program("kubectl", "cat >applied");
    const result = sh(`RKE_CONFIG=other; export RKE_CONFIG; ${upScript()}`);
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining("Building Kubernetes cluster") });
    expect(readFileSync(join(dir, "args"), "utf8").trim()).toBe(`up --config ${paths.clusterYml}`);
    expect(readFileSync(join(dir, "env"), "utf8").trim()).toBe("");
    expect(statSync(paths.state).mode & 0o777).toBe(0o600);
    const applied = JSON.parse(readFileSync(join(dir, "applied"), "utf8"));
    expect(applied.data.clusterYmlSha256).toBe(sha256(rkeSetup({ cluster: given, paths, templates }).clusterYml));
    expect(readFileSync(join(dir, "rke.log"), "utf8")).toContain("Building Kubernetes cluster");
    expect(readdirSync(paths.backups)).toHaveLength(2);
  });

  it("fails with rke's own code and records nothing then", () => {
    program("rke", "echo no; exit 3");
    program("kubectl", "cat >applied");
    expect(sh(upScript()).status).toBe(3);
    expect(existsSync(join(dir, "applied"))).toBe(false);
  });

  it("finishes and records even if whoever started it is gone", async () => {
    program("rke", `sleep 0.6; echo one; sleep 0.1; echo two; ${makesCluster}`);
    program("kubectl", "cat >applied");
    const child = spawn("/bin/sh", ["-c", upScript()], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    await sleep(300);
    child.stdout.destroy();
    child.stderr.destroy();
    await sleep(1500);
    expect(existsSync(join(dir, "applied"))).toBe(true);
    expect(readFileSync(join(dir, "rke.log"), "utf8")).toContain("two");
  });

  it("does not start a second rke while one is at work", async () => {
    program("rke", `echo "$$ begin" >>order; sleep 0.5; echo "$$ end" >>order`);
    program("kubectl", "cat >/dev/null");
    const first = spawn("/bin/sh", ["-c", upScript()], { stdio: "ignore" });
    await sleep(200);
    const probe = Object.values(idleStep(paths).probes(control))[0];
    expect(sh(probe?.sh.text ?? "").stdout.trim()).toBe("busy");
    expect(sh(upScript()).stdout).toContain("another rke is still at work");
    await new Promise((resolve) => (first.exitCode === null ? first.on("exit", resolve) : resolve(0)));
    const order = readFileSync(join(dir, "order"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[1]);
    expect(order).toEqual(["begin", "end", "begin", "end"]);
    expect(sh(probe?.sh.text ?? "").stdout.trim()).toBe("");
  });
});

describe("the script that pulls images", () => {
  const host = cluster.hosts[0] ?? expect.fail("no host");
  const pull = () => {
    const { document } = rkeSetup({ cluster: given, paths, templates });
    const script = scriptsOf(decideOn(imagesStep(given, document), { "docker image": "" }, host));
    return sh(`PATH=${join(dir, "bin")}:$PATH; ${script}`);
  };

  it("pulls one after the other and says how far it is", () => {
    program("docker", 'echo "$@" >>"$0.asked"');
    const { status, stdout } = pull();
    const asked = readFileSync(join(dir, "bin/docker.asked"), "utf8").trim().split("\n");
    expect(status).toBe(0);
    expect(asked.every((line) => line.startsWith("pull --quiet rancher/"))).toBe(true);
    expect(stdout.trim().split("\n").at(-1)).toMatch(new RegExp(`^pulling ${asked.length} of ${asked.length}: `));
  });

  it("stops at the first image that cannot be pulled, and names it after the daemon's words", () => {
    program("docker", 'echo "Error response from daemon: manifest unknown" >&2; exit 1');
    const { status, stdout, stderr } = pull();
    expect(status).toBe(1);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^Error response from daemon: manifest unknown\nnot pulled: rancher\/\S+\n$/);
  });
});

describe("backups", () => {
  it("are made of what is there, once for each content, and the last ten are kept", () => {
    mkdirSync(paths.backups);
    for (let number = 1; number <= 12; number += 1) {
      writeFileSync(
        join(paths.backups, `202001${String(number).padStart(2, "0")}T000000Z-cluster.rkestate`),
        `${number}`,
      );
    }
    writeFileSync(paths.state, "new");
    expect(sh(backupScript(paths).text).status).toBe(0);
    expect(sh(backupScript(paths).text).status).toBe(0);
    const kept = readdirSync(paths.backups).sort();
    expect(kept).toHaveLength(keptBackups);
    expect(kept[0]).toBe("20200104T000000Z-cluster.rkestate");
    expect(readFileSync(join(paths.backups, kept.at(-1) ?? ""), "utf8")).toBe("new");
  });
});

describe("the wait for a ready cluster", () => {
  it("tells what is missing while it changes, and ends well when nothing is", () => {
    const setup = rkeSetup({ cluster: given, paths, templates });
    const unready = list(...threeNodes().slice(0, 2), node("node-c", { ready: false }), deployment("coredns", 0));
    const script = scriptsOf(decideOn(readyStep(setup), { "get nodes,pods": unready }));
    program(
      "kubectl",
      `
round=$(cat "$0.round" 2>/dev/null || echo 0)
case "$*" in
*nodes*) echo $((round + 1)) >"$0.round"; state=False; [ "$round" -lt 1 ] || state=True
  printf 'node|node-a|True\\nnode|node-b|True\\nnode|node-c|%s\\n' "$state" ;;
*) good=; [ "$round" -lt 2 ] || good=1; printf 'part|coredns|1|1|1|%s\\n' "$good" ;;
esac`,
    );
    const result = sh(script.replaceAll("sleep 2", "sleep 0.1"));
    expect(result.stdout.trim().split("\n")).toEqual([
      "2 of 3 nodes Ready; waiting for node node-c, coredns",
      "3 of 3 nodes Ready",
    ]);
    expect(result.status).toBe(0);
  });

  it("gives up with what is missing and the last events", () => {
    const setup = rkeSetup({ cluster: given, paths, templates });
    const script = scriptsOf(
      decideOn(readyStep(setup), { "get nodes,pods": list(...threeNodes(), deployment("dns", 0)) }),
    );
    program("kubectl", 'case "$*" in *events*) echo "Failed to pull image" ;; *) exit 1 ;; esac');
    const result = sh(script.replace("+ 600", "+ 0"));
    expect(result.status).toBe(1);
    expect(result.stdout).toContain("Failed to pull image\nnot ready: 0 of 3 nodes Ready; waiting for node node-a");
  });
});
