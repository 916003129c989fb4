import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Cluster, ClusterPaths } from "../../src/core/cluster.ts";
import { control } from "../../src/core/cluster.ts";
import { backupScript, keptBackups } from "../../src/engines/rke/backup.ts";
import { noKubelet, stayedAway } from "../../src/engines/rke/emptied-hosts.ts";
import { pullFailures } from "../../src/engines/rke/images-failures.ts";
import { imagesStep } from "../../src/engines/rke/images-step.ts";
import { readyStep } from "../../src/engines/rke/ready-step.ts";
import { sha256 } from "../../src/engines/rke/record.ts";
import { rkeFailures } from "../../src/engines/rke/rke-failures.ts";
import { idleStep } from "../../src/engines/rke/rke-lock.ts";
import { rkeSetup } from "../../src/engines/rke/setup.ts";
import { stateStep } from "../../src/engines/rke/state-step.ts";
import { stopAtLostHost } from "../../src/engines/rke/stop-at-lost-host.ts";
import { upStep } from "../../src/engines/rke/up-step.ts";
import { testFolder } from "../test-folder.ts";
import {
  cluster,
  decideOn,
  deployment,
  list,
  node,
  pathsIn,
  scriptsOf,
  templates,
  threeNodes,
} from "../unit/support/rke-world.ts";

// rke and kubectl are doubles here: small scripts. The shell text that Drover runs is the real one.

let dir: string;
let paths: ClusterPaths;
let given: Cluster;

beforeEach(() => {
  dir = testFolder("engine");
  const at = (name: string) => join(dir, name);
  paths = pathsIn(dir);
  mkdirSync(at("bin"));
  given = { ...cluster, tools: { rke: at("bin/rke"), kubectl: at("bin/kubectl"), helm: at("bin/helm") } };
});

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

/** What Drover says of a failed run. */
function explained(output: string): string {
  const known = rkeFailures.find(({ pattern }) => pattern.test(output));
  const match = known?.pattern.exec(output);
  return known?.message.replace(/\$(\d)/g, (_, group: string) => match?.[Number(group)] ?? "") ?? "";
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
    program("rke", `echo begun; until [ -e go ]; do sleep 0.1; done; echo one; sleep 0.1; echo two; ${makesCluster}`);
    program("kubectl", "cat >applied");
    const child = spawn("/bin/sh", ["-c", upScript()], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stderr.destroy();
    writeFileSync(join(dir, "go"), "");
    await ended;
    expect(existsSync(join(dir, "applied"))).toBe(true);
    expect(readFileSync(join(dir, "rke.log"), "utf8")).toContain("two");
  });

  it("does not start a second rke while one is at work", async () => {
    program("rke", `echo "$$ begin" >>order; until [ -e go ]; do sleep 0.1; done; echo "$$ end" >>order`);
    program("kubectl", "cat >/dev/null");
    const order = () => readFileSync(join(dir, "order"), "utf8");
    const first = once(spawn("/bin/sh", ["-c", upScript()], { stdio: "ignore" }), "exit");
    await expect.poll(order).toContain("begin");
    const probe = Object.values(idleStep(paths).probes(control))[0];
    expect(sh(probe?.sh.text ?? "").stdout.trim()).toBe("busy");
    const second = spawn("/bin/sh", ["-c", upScript()], { stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(second, "exit");
    expect(String(await once(second.stdout, "data"))).toContain("another rke is still at work");
    writeFileSync(join(dir, "go"), "");
    await Promise.all([first, ended]);
    const words = order()
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[1]);
    expect(words).toEqual(["begin", "end", "begin", "end"]);
    expect(sh(probe?.sh.text ?? "").stdout.trim()).toBe("");
  });
});

describe("rke's traps", () => {
  const said = (level: string, message: string) => `echo 'time="x" level=${level} msg="${message}"'`;
  const lost = said(
    "warning",
    "Failed to set up SSH tunneling for host [10.0.0.2]: dial tcp 10.0.0.2:22: connect: refused",
  );

  it("a host that rke only warns about ends it there, and is the last that is said", () => {
    program(
      "rke",
      `${lost}; n=0; while [ $n -lt 60 ]; do n=$((n + 1)); sleep 1; done; echo went on; touch went-on; exit 0`,
    );
    program("kubectl", "cat >applied");
    const { status, stdout } = sh(upScript());
    expect(status).not.toBe(0);
    expect(stdout.trim().split("\n").at(-1)).toContain("host [10.0.0.2]");
    expect(existsSync(join(dir, "went-on"))).toBe(false);
    expect(existsSync(join(dir, "applied"))).toBe(false);
    const known = rkeFailures.find(({ pattern }) => pattern.test(stdout));
    expect(known?.message).toBe("rke does not reach $1: $2");
  });

  it("a host that rke warns about before its process id is written down ends it there too", async () => {
    const [pid, rke] = [join(dir, "pid"), spawn("/bin/sleep", ["120"])];
    const ended = once(rke, "exit");
    // Written only once somebody waits for it.
    program("sleep", `echo ${rke.pid} >${pid}`);
    const line = 'level=warning msg="Failed to set up SSH tunneling for host [10.0.0.2]: refused"\n';
    const env = { PATH: `${join(dir, "bin")}:/usr/bin:/bin` };
    const reader = spawnSync("/bin/sh", ["-c", stopAtLostHost(pid).text], { input: line, encoding: "utf8", env });
    expect(reader.stdout).toBe(line);
    expect(await ended).toEqual([null, "SIGTERM"]);
  });

  it("a part that rke went on without fails the run, though rke ended with 0, and nothing is recorded", () => {
    const warned = said("warning", "Failed to deploy addon execute job [rke-ingress-controller]: timed out");
    program("rke", `${makesCluster}; ${warned}; exit 0`);
    program("kubectl", "cat >>applied");
    const { status, stdout } = sh(upScript());
    expect(status).toBe(1);
    expect(stdout).toContain("drover: rke went on without rke-ingress-controller: timed out");
    expect(explained(stdout)).toBe("the cluster is made, but rke-ingress-controller was not deployed: timed out");
    expect(existsSync(join(dir, "applied")) && readFileSync(join(dir, "applied"), "utf8")).not.toContain(
      "clusterYmlSha256",
    );
  });

  it("manifests that were not applied, or are not there, are told", () => {
    const warned = said("warning", "Failed to deploy addon execute job [rke-user-includes-addons]: bad");
    program("rke", `${makesCluster}; ${warned}`);
    program("kubectl", ":");
    expect(explained(sh(upScript()).stdout)).toBe("the cluster is made, but not all manifests were applied: bad");
    const skipped = said("warning", "[addons] Unable to determine if /m/a.yaml is a file path or url, skipping");
    program("rke", `${makesCluster}; ${skipped}`);
    expect(explained(sh(upScript()).stdout)).toBe(
      "the cluster is made, but a manifest of rke.manifests is not there: /m/a.yaml",
    );
  });

  it("a job that did not end is explained by its pod's last event, which rke keeps to itself", () => {
    const fatal = "Failed to get job complete status for job rke-network-plugin-deploy-job in namespace kube-system";
    program("rke", `${makesCluster}; ${said("fatal", fatal)}; exit 1`);
    program(
      "kubectl",
      `case "$*" in
*events*) echo 'event|rke-network-x|Failed to pull image "r/hyperkube": toomanyrequests'; echo 'event|other|noise' ;;
*"get pods"*) echo 'pod|rke-network-x|rke-network-plugin-deploy-job|Pending|ImagePullBackOff'
  echo 'pod|rke-coredns-x|rke-coredns-addon-deploy-job|Succeeded|'; echo 'pod|mine-x|mine|Pending|' ;;
esac`,
    );
    const { status, stdout } = sh(upScript());
    expect(status).toBe(1);
    expect(stdout.trim().split("\n").at(-1)).toBe(
      'drover: pod rke-network-x of the job rke-network-plugin-deploy-job: ImagePullBackOff: Failed to pull image "r/hyperkube": toomanyrequests',
    );
    expect(explained(stdout)).toBe(
      'RKE\'s job rke-network-plugin-deploy-job waits for an image that cannot be pulled: Failed to pull image "r/hyperkube": toomanyrequests',
    );
  });

  it("nothing is asked about jobs where none failed", () => {
    program("rke", "echo no; exit 3");
    program("kubectl", "echo asked >>asked");
    sh(upScript());
    expect(existsSync(join(dir, "asked"))).toBe(false);
  });
});

describe("what guards RKE's state", () => {
  const probeOf = (name: string) => {
    const step = stateStep(rkeSetup({ cluster: given, paths, templates }));
    return step.probes(control)[name] ?? expect.fail(`no probe ${name}`);
  };
  const asked = (name: string) => {
    const probe = probeOf(name);
    const { status, stdout, stderr } = sh(probe.sh.text);
    return probe.parse({ code: status ?? 1, stdout, stderr });
  };

  it("finds the newest copy that is whole", () => {
    mkdirSync(paths.backups);
    const copy = (day: string, text: string) => writeFileSync(join(paths.backups, `${day}-cluster.rkestate`), text);
    expect(asked("copy")).toBeUndefined();
    copy("20260101T000000Z", '{"desiredState":{}}');
    copy("20260102T000000Z", '{\n  "desiredState": {}\n}\n');
    copy("20260103T000000Z", '{"desiredState":{"rkeConf');
    copy("20260104T000000Z", "{}");
    expect(asked("copy")).toBe(join(paths.backups, "20260102T000000Z-cluster.rkestate"));
  });

  it("makes no copy of a state that is cut off", () => {
    writeFileSync(paths.state, '{"desiredState":{"rkeConf');
    writeFileSync(paths.kubeconfig, "kubeconfig");
    expect(sh(backupScript(paths).text).status).toBe(0);
    expect(readdirSync(paths.backups).map((name) => name.replace(/^\d{8}T\d{6}Z-/, ""))).toEqual([
      "kube_config_cluster.yml",
    ]);
  });

  it("reads the authority out of a kubeconfig, quoted or not", () => {
    expect(asked("kubeconfig")).toBeUndefined();
    for (const quote of ["", '"']) {
      writeFileSync(
        paths.kubeconfig,
        `clusters:\n- cluster:\n    certificate-authority-data: ${quote}${btoa("PEM")}${quote}\n    server: x\n`,
      );
      expect(asked("kubeconfig")).toEqual({ authority: "PEM" });
    }
    writeFileSync(paths.kubeconfig, "clusters: []\n");
    expect(asked("kubeconfig")).toEqual({ authority: "" });
  });

  it.each([
    [
      "an API that wants credentials",
      'echo "error: You must be logged in to the server (Unauthorized)" >&2; exit 1',
      "10.0.0.1",
    ],
    ["an API that answers everybody", "echo '{}'", "10.0.0.1"],
    ["nothing", 'echo "The connection to the server was refused" >&2; exit 1', undefined],
    ["a kubectl that asks for a name", 'echo "Please enter Username: error: EOF"; exit 1', undefined],
    ["no kubectl", "exit 127", undefined],
  ])("hears %s on a controlplane host", (_, body, heard) => {
    program("kubectl", body);
    expect(asked("api")).toBe(heard);
  });

  it("asks the API as nobody, whatever kubeconfig there is", () => {
    program("kubectl", 'echo "$@" >"$0.asked"; exit 1');
    asked("api");
    const words = readFileSync(join(dir, "bin/kubectl.asked"), "utf8");
    expect(words).toContain("--kubeconfig /dev/null");
    expect(words).toContain("--server https://10.0.0.1:6443 --token nobody --insecure-skip-tls-verify");
  });
});

describe("whether all machines were installed anew", () => {
  // kubectl's own words of v1.32.3.
  const refuses = `for word; do case $word in https://*) at=\${word#https://} ;; esac; done
refused() { echo "The connection to the server $at was refused - did you specify the right host or port?" >&2; exit 1; }
`;
  const setup = () => rkeSetup({ cluster: given, paths, templates });
  const asked = () => sh(noKubelet(setup()).sh.text);

  it("is so where each host refuses its kubelet's port, each asked once and without the kubeconfig", () => {
    program("kubectl", `${refuses}echo "$@" >>${dir}/asked; refused`);
    expect(asked()).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const lines = readFileSync(join(dir, "asked"), "utf8").trim().split("\n");
    expect(lines.map((line) => /https:\/\/(\S+)/.exec(line)?.[1])).toEqual(
      given.hosts.map(({ address }) => `${address}:10250`),
    );
    for (const line of lines) expect(line).toContain("--kubeconfig /dev/null");
  });

  it.each([
    ["one asks for a login", 'echo "error: You must be logged in to the server" >&2; exit 1'],
    ["one answers", "echo ok"],
    ["one is not reached", 'echo "Unable to connect to the server: dial tcp: i/o timeout" >&2; exit 1'],
    ["one says that another refused", 'echo "The connection to the server 192.0.2.9:10250 was refused" >&2; exit 1'],
    ["kubectl says nothing", "exit 1"],
  ])("is not so where %s", (_, words) => {
    const last = given.hosts.at(-1)?.address ?? expect.fail();
    program("kubectl", `${refuses}case $at in ${last}:*) ${words} ;; *) refused ;; esac`);
    expect(asked()).toMatchObject({ status: 1, stderr: expect.stringContaining(`${last} is not closed`) });
  });

  it("is not so where there is no kubectl", () => {
    expect(asked().status).toBe(1);
  });

  it("is believed only if no kubelet comes up for a while", () => {
    program("kubectl", `${refuses}[ ! -e ${dir}/up ] || { echo ok; exit; }; refused`);
    const wait = (afterSleep: string) => {
      program("sleep", `echo "$1" >>${dir}/slept; ${afterSleep}`);
      return sh(`PATH=${join(dir, "bin")}:$PATH; ${stayedAway(setup()).text}`);
    };
    expect(wait("").status).toBe(0);
    const slept = readFileSync(join(dir, "slept"), "utf8").trim().split("\n").map(Number);
    expect(slept.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(30);
    expect(wait(`[ "$(wc -l <${dir}/slept)" -lt 14 ] || : >${dir}/up`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("may still be a node"),
    });
  });
});

describe("the script that pulls images", () => {
  const host = cluster.hosts[0] ?? expect.fail("no host");
  const pull = (input = "") => {
    const { document } = rkeSetup({ cluster: given, paths, templates });
    const script = scriptsOf(decideOn(imagesStep(given, document), { "docker image": "" }, host));
    return spawnSync("/bin/sh", ["-c", `PATH=${join(dir, "bin")}:$PATH; ${script}`], { encoding: "utf8", input });
  };
  const knownOf = (output: string) => pullFailures(host).find(({ pattern }) => pattern.test(output));
  const remedyOf = (output: string) => knownOf(output)?.remedy;
  const saidOf = (output: string) => {
    const match = knownOf(output)?.pattern.exec(output);
    return knownOf(output)?.message.replace(/\$(\d)/g, (_, group: string) => match?.[Number(group)] ?? "");
  };

  const registry = { url: "r.lan:5000", user: "puller", password: "hunter2", insecure: false, default: true };

  it("pulls each image once and says how far it is", () => {
    program("docker", 'echo "$@" >>"$0.asked"');
    const { status, stdout } = pull();
    const asked = readFileSync(join(dir, "bin/docker.asked"), "utf8").trim().split("\n");
    expect(status).toBe(0);
    expect(asked.every((line) => line.startsWith("pull --quiet rancher/"))).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
    expect(stdout.trim().split("\n")).toHaveLength(asked.length);
    expect(stdout.trim().split("\n").at(-1)).toMatch(new RegExp(`^pulled ${asked.length} of ${asked.length}: `));
  });

  it("pulls several at a time, and never more than three", () => {
    program("docker", 'mkdir -p "$0.now"; : >"$0.now/$$"; ls "$0.now" | wc -l >>"$0.most"; sleep 0.2; rm "$0.now/$$"');
    expect(pull().status).toBe(0);
    const most = readFileSync(join(dir, "bin/docker.most"), "utf8").trim().split("\n").map(Number);
    expect(Math.max(...most)).toBeGreaterThan(1);
    expect(Math.max(...most)).toBeLessThanOrEqual(3);
  });

  it("begins no other image once one cannot be pulled, and names it after the daemon's words", () => {
    program("docker", 'echo asked >>"$0.asked"; echo "Error response from daemon: manifest unknown" >&2; exit 1');
    const { status, stdout, stderr } = pull();
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
    expect(readFileSync(join(dir, "bin/docker.asked"), "utf8").trim().split("\n").length).toBeLessThanOrEqual(3);
    expect(stderr).toMatch(/^(?:Error response from daemon: manifest unknown\nnot pulled: rancher\/\S+\n){1,3}$/);
    expect(saidOf(stderr)).toMatch(/^rancher\/\S+ cannot be pulled on node-a: manifest unknown$/);
  });

  it("logs in first, with the password on stdin and nothing of it left", () => {
    given = { ...given, registries: [registry] };
    program(
      "docker",
      'case $1 in login) cat >"$0.password"; echo "$@" >"$0.login"; echo "$DOCKER_CONFIG" >"$0.config" ;; esac',
    );
    expect(pull("hunter2\n").status).toBe(0);
    expect(readFileSync(join(dir, "bin/docker.password"), "utf8")).toBe("hunter2");
    expect(readFileSync(join(dir, "bin/docker.login"), "utf8").trim()).toBe(
      "login -u puller --password-stdin r.lan:5000",
    );
    expect(existsSync(readFileSync(join(dir, "bin/docker.config"), "utf8").trim())).toBe(false);
  });

  it("logs in to every registry that wants it, each with its own password, whatever stands in it", () => {
    const words = ["hunter2", " a\\b $(id) 'x\" ", "-n"];
    const registries = words.map((password, at) => ({ ...registry, url: `r${at}.lan`, password, default: at === 1 }));
    given = {
      ...given,
      registries: [...registries, { ...registry, url: "open.lan", user: undefined, password: undefined }],
    };
    program("docker", 'case $1 in login) for l; do :; done; cat >"$0.$l" ;; esac');
    expect(pull(`${words.join("\n")}\n`).status).toBe(0);
    for (const [at, word] of words.entries()) {
      expect(readFileSync(join(dir, `bin/docker.r${at}.lan`), "utf8")).toBe(word);
    }
    expect(existsSync(join(dir, "bin/docker.open.lan"))).toBe(false);
  });

  it.each([
    [
      "unauthorized: incorrect username or password",
      "unauthorized: incorrect username or password",
      /Check `user` and `password`/,
    ],
    ["tls: failed to verify certificate: x509: unknown authority", "tls: failed", /insecure: true/],
    ["x509: certificate signed by unknown authority", "x509: certificate", /with `ca` at the registry/],
    ["Get https://r.lan:5000/v2/: dial tcp: lookup r.lan: no such host", "Get https", /does not reach/],
    ["something new", "something new", /docker login/],
  ])("pulls nothing where the login fails, and says why: %s", (words, message, remedy) => {
    given = { ...given, registries: [registry] };
    program(
      "docker",
      `case $1 in login) echo "Error response from daemon: ${words}" >&2; exit 1 ;; *) echo x >"$0.pulled" ;; esac`,
    );
    const { status, stderr } = pull("hunter2\n");
    expect(status).toBe(1);
    expect(existsSync(join(dir, "bin/docker.pulled"))).toBe(false);
    expect(saidOf(stderr)).toContain(`node-a cannot log in to r.lan:5000: ${message}`);
    expect(remedyOf(stderr)).toMatch(remedy);
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
    const whole = '{"desiredState": {}}';
    writeFileSync(paths.state, whole);
    expect(sh(backupScript(paths).text).status).toBe(0);
    expect(sh(backupScript(paths).text).status).toBe(0);
    const kept = readdirSync(paths.backups).sort();
    expect(kept).toHaveLength(keptBackups);
    expect(kept[0]).toBe("20200104T000000Z-cluster.rkestate");
    expect(readFileSync(join(paths.backups, kept.at(-1) ?? ""), "utf8")).toBe(whole);
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
*) good=; [ "$round" -lt 2 ] || good=1; printf 'part|coredns|1|1|1|%s|1|1||\\n' "$good" ;;
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
