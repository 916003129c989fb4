import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Probe } from "../../src/core/probe.ts";
import { rkeFailures } from "../../src/engines/rke/rke-failures.ts";
import { rkeSetup } from "../../src/engines/rke/setup.ts";
import { helmProbe, kubectlProbe, rkeProbe } from "../../src/engines/rke/tools.ts";
import { snapshotProbe } from "../../src/kube/snapshot.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, list, paths, templates, threeNodes } from "../unit/support/rke-world.ts";

// rke, kubectl and helm are doubles: small scripts that count how often they are started. The questions are the real ones.

let dir: string;

beforeEach(() => {
  dir = testFolder("tools");
  mkdirSync(at("bin"));
});

function at(name: string): string {
  return join(dir, name);
}

function program(name: string, body: string, mode = 0o755): void {
  writeFileSync(at(`bin/${name}`), `#!/bin/sh\necho ${name} >>${at("started")}\n${body}\n`);
  chmodSync(at(`bin/${name}`), mode);
}

function setup() {
  const here = { ...paths, dir, state: at("cluster.rkestate"), kubeconfig: at("kubeconfig") };
  const tools = { rke: at("bin/rke"), kubectl: at("bin/kubectl"), helm: "helm" };
  return rkeSetup({ cluster: { ...cluster, tools }, paths: here, templates });
}

function answer<T>({ sh, parse }: Probe<T>): T {
  const env = { PATH: `${at("bin")}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", sh.text], { encoding: "utf8", env });
  return parse({ code: status ?? -1, stdout, stderr });
}

function started(): readonly string[] {
  try {
    return readFileSync(at("started"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

/** As after an `rke up`. */
function madeCluster(version = "v1.32.3-rancher1-1"): void {
  writeFileSync(at("cluster.rkestate"), JSON.stringify({ desiredState: { kubernetesVersion: version } }, null, 2));
  writeFileSync(at("kubeconfig"), "apiVersion: v1");
}

const answering = `cat <<'END'\n${list(...threeNodes())}\nEND`;
const silent = `case "$*" in *version*) echo '{ "clientVersion": { "gitVersion": "v1.32.3" } }' ;; *) echo refused >&2; exit 1 ;; esac`;

describe("rke on this machine", () => {
  it("is asked for its version as long as it has made no cluster", () => {
    program("rke", 'echo "rke version v1.8.1"');
    expect(answer(rkeProbe(setup()))).toBe("v1.8.1");
  });

  it("is not started where its state names the wanted Kubernetes version", () => {
    program("rke", 'echo "rke version v1.8.1"');
    madeCluster();
    expect(answer(rkeProbe(setup()))).toBe("there");
    expect(started()).toEqual([]);
  });

  it("is asked again for a version of Kubernetes that it has not made yet", () => {
    program("rke", 'echo "rke version v1.8.1"');
    madeCluster("v1.31.7-rancher1-1");
    expect(answer(rkeProbe(setup()))).toBe("v1.8.1");
  });

  it("is missed also where a cluster is, if it was removed or may not be run", () => {
    madeCluster();
    expect(answer(rkeProbe(setup()))).toBeUndefined();
    program("rke", "exit 0", 0o644);
    expect(answer(rkeProbe(setup()))).toBeUndefined();
  });

  it("counts as missing if it ends badly or says no version", () => {
    program("rke", "echo v1.8.1; exit 1");
    expect(answer(rkeProbe(setup()))).toBeUndefined();
    program("rke", "echo hello");
    expect(answer(rkeProbe(setup()))).toBeUndefined();
  });

  it("that no longer runs when it is needed is told apart from an rke that fails", () => {
    const explain = (script: string) => {
      const { stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
      return rkeFailures.find(({ pattern }) => pattern.test(stdout + stderr))?.code;
    };
    writeFileSync(at("bin/rke"), "\x7fELF of another machine", { mode: 0o755 });
    expect(explain(`${at("bin/rke")} up`)).toBe("cluster/tool-missing");
    expect(explain(`${at("bin/none")} up`)).toBe("cluster/tool-missing");
    expect(explain(`echo 'level=fatal msg="sh: 1: x: not found"'`)).toBe("cluster/rke-failed");
  });
});

describe("helm on this machine", () => {
  it("is asked for its version before there is a cluster, and only looked for afterwards", () => {
    program("helm", "echo v3.22.0+g1");
    expect(answer(helmProbe(setup()))).toBe("v3.22.0");
    madeCluster();
    expect(answer(helmProbe(setup()))).toBe("there");
    expect(started()).toEqual(["helm"]);
  });

  it("is missed before and after", () => {
    expect(answer(helmProbe(setup()))).toBeUndefined();
    madeCluster();
    expect(answer(helmProbe(setup()))).toBeUndefined();
  });
});

describe("kubectl on this machine", () => {
  it("is known to run by the cluster's answer, without being started again", () => {
    program("kubectl", answering);
    expect(answer(kubectlProbe(setup()))).toBe("there");
    expect(answer(snapshotProbe(setup()))?.nodes).toHaveLength(3);
    expect(kubectlProbe(setup()).sh.text).toBe(snapshotProbe(setup()).sh.text);
    expect(started()).toEqual(["kubectl", "kubectl"]);
  });

  it("says its version where no cluster answers, so that a silent cluster is not taken for a missing kubectl", () => {
    program("kubectl", silent);
    expect(answer(kubectlProbe(setup()))).toBe("v1.32.3");
    expect(answer(snapshotProbe(setup()))).toBeUndefined();
  });

  it("is missed if it is not there, or is for another machine", () => {
    expect(answer(kubectlProbe(setup()))).toBeUndefined();
    writeFileSync(at("bin/kubectl"), "\x7fELF", { mode: 0o755 });
    expect(answer(kubectlProbe(setup()))).toBeUndefined();
    expect(answer(snapshotProbe(setup()))).toBeUndefined();
  });
});
