import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { containerSteps, leftoverSteps } from "../../src/engines/rke/leftovers.ts";
import { testFolder } from "../test-folder.ts";
import { decideOn, host, scriptsOf } from "../unit/support/rke-world.ts";

// docker, ip and iptables are doubles: small scripts that know a few things and note what they are told to remove.

let dir: string;
const worker = host("w");
const steps = [...containerSteps, ...leftoverSteps];

beforeEach(() => {
  dir = testFolder("leftovers");
  mkdirSync(join(dir, "bin"));
});

function program(name: string, body: string): void {
  writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(dir, "bin", name), 0o755);
}

function run(script: string) {
  const env = { PATH: `${join(dir, "bin")}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env });
  return { code: status ?? -1, stdout, stderr };
}

function step(id: string) {
  return steps.find((one) => one.id === id) ?? expect.fail(`no step ${id}`);
}

/** What the step's own question finds here. */
function found(id: string): unknown {
  const probe = step(id).probes(worker)["found"] ?? expect.fail("no probe");
  return probe.parse(run(probe.sh.text));
}

/** Runs what the step would do about what it found. */
function remove(id: string) {
  const listed = found(id);
  const decision = decideOn(step(id), { "": Array.isArray(listed) ? `${listed.join("\n")}\n` : "" }, worker);
  return run(scriptsOf(decision));
}

function noted(name: string): readonly string[] {
  return readFileSync(join(dir, name), "utf8").trim().split("\n");
}

const containers = `case "$1" in
ps) cat <<'END'
kubelet 
etcd 
k8s_POD_coredns_kube-system_1_0 
rke-log-linker 
rke-worker-port-listener 
share-mnt etcd
customer-db 
rke-customers-own 
kubelet-exporter 
END
;;
rm) shift; echo "$@" >>${"$"}0.removed ;;
esac`;

describe("containers that a cluster leaves", () => {
  it("are those of RKE, by name or label, and of the kubelet; a customer's own are not among them", () => {
    program("docker", containers);
    expect(found("reset/containers")).toEqual([
      "etcd",
      "k8s_POD_coredns_kube-system_1_0",
      "kubelet",
      "rke-log-linker",
      "rke-worker-port-listener",
      "share-mnt",
    ]);
  });

  it("are removed RKE's own first, as a living kubelet would start its pods again", () => {
    program("docker", containers);
    expect(remove("reset/containers").code).toBe(0);
    expect(noted("bin/docker.removed")).toEqual([
      "-f -v etcd kubelet rke-log-linker rke-worker-port-listener share-mnt",
      "-f -v k8s_POD_coredns_kube-system_1_0",
    ]);
  });

  it("are not removed further once one cannot be", () => {
    program("docker", containers.replace('shift; echo "$@"', "echo no >&2; exit 1; echo"));
    expect(remove("reset/containers").code).toBe(1);
  });

  it("cannot be told where Docker does not answer, and are none where there is no Docker", () => {
    program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    expect(found("reset/containers")).toBeUndefined();
    expect(decideOn(step("reset/containers"), { "": { code: 1 } }, worker)).toMatchObject({ kind: "blocked" });
    rmSync(join(dir, "bin/docker"));
    if (run("command -v docker").code !== 0) expect(found("reset/containers")).toEqual([]);
  });
});

describe("volumes that a cluster leaves", () => {
  it("are those that hold RKE's tools, told by what lies in them", () => {
    for (const name of ["tools", "data"]) mkdirSync(join(dir, name));
    writeFileSync(join(dir, "tools", "rke-etcd-backup"), "");
    program(
      "docker",
      `case "$*" in "volume ls"*) printf 'tools\\ndata\\n' ;; "volume inspect"*) for last; do :; done; echo "${dir}/$last" ;; "volume rm"*) shift 2; echo "$@" >>"$0.removed" ;; esac`,
    );
    expect(found("reset/volumes")).toEqual(["tools"]);
    expect(remove("reset/volumes").code).toBe(0);
    expect(noted("bin/docker.removed")).toEqual(["tools"]);
  });
});

describe("packet rules that a cluster leaves", () => {
  const table = (...rules: readonly string[]) => `cat <<'END'\n*filter\n${rules.join("\n")}\nCOMMIT\nEND`;

  it("are found in each flavour that the host has, and leave the others' rules behind", () => {
    const customer = "-A INPUT -p tcp --dport 22 -j ACCEPT";
    program(
      "iptables-save",
      table(":INPUT ACCEPT [0:0]", ":KUBE-SERVICES - [0:0]", "-A INPUT -j KUBE-SERVICES", customer),
    );
    program("ip6tables-save", table(":INPUT ACCEPT [0:0]"));
    program(
      "iptables-legacy-save",
      table(":cali-INPUT - [0:0]", '-A INPUT -m comment --comment "cali:x" -j cali-INPUT'),
    );
    for (const name of ["iptables", "iptables-legacy"]) program(`${name}-restore`, `cat >"$0.got"`);
    expect(found("reset/iptables")).toEqual(["iptables", "iptables-legacy"]);
    expect(remove("reset/iptables").code).toBe(0);
    expect(noted("bin/iptables-restore.got")).toEqual(["*filter", ":INPUT ACCEPT [0:0]", customer, "COMMIT"]);
    expect(noted("bin/iptables-legacy-restore.got")).toEqual(["*filter", "COMMIT"]);
  });

  it("are none where every table is free of them", () => {
    for (const flavour of ["iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy"])
      program(`${flavour}-save`, table(":INPUT ACCEPT [0:0]", "-A INPUT -j MY-KUBE-LIKE"));
    expect(found("reset/iptables")).toEqual([]);
  });
});

describe("folders that a cluster leaves", () => {
  it("are removed one by one, on their own file system only", () => {
    const script = scriptsOf(decideOn(step("reset/folders"), { "": "/etc/cni\n/opt/cni\n" }, worker));
    expect(script).toContain("rm -rf --one-file-system");
    for (const path of ["etc/kubernetes", "opt/cni/bin", "var/lib/etcd"])
      mkdirSync(join(dir, path), { recursive: true });
    const here = script.replaceAll(/(?<=\s)\/(?=(etc|opt|var|run)\/)/g, `${dir}/`);
    expect(run(here).code).toBe(0);
    for (const path of ["etc/kubernetes", "opt/cni", "var/lib/etcd"])
      expect(run(`test -e ${dir}/${path}`).code).toBe(1);
    for (const path of ["etc", "opt", "var/lib"]) expect(run(`test -e ${dir}/${path}`).code).toBe(0);
  });

  const here = (script: string) => script.replaceAll(/(?<=[\s"])\/(?=(?:etc|opt|var|run)\/)/g, `${dir}/`);
  const apart = (script: string) =>
    spawnSync("/bin/sh", ["-c", 'exec unshare -m /bin/sh -c "$0"', script], { encoding: "utf8" });
  /** In a mount namespace of its own, which ends with it: mounts first, then what the step finds, does, and finds again. */
  function reset(prepared: string) {
    const list = here(step("reset/folders").probes(worker)["found"]?.sh.text ?? "");
    const script = here(scriptsOf(decideOn(step("reset/folders"), { "": "/any\n" }, worker)));
    const all = [prepared, "echo found", `( ${list}\n)`, `( ${script}\n) || exit 1`, "echo left", `( ${list}\n)`];
    const told = [
      ...all,
      `cd ${dir}; find etc opt var data -type f 2>/dev/null | sort; mountpoint -q var/lib/etcd && echo disk`,
    ];
    const ran = apart(told.join("\n"));
    expect(ran.stderr).toBe("");
    return ran.stdout.replaceAll(`${dir}/`, "/").trim().split("\n");
  }
  const disk = (path: string) => `mkdir -p ${dir}/${path} && mount -t tmpfs none ${dir}/${path} || exit 1`;
  const file = (path: string) => `mkdir -p $(dirname ${dir}/${path}) && echo x >${dir}/${path}`;

  it("are emptied and stay where they are a disk of their own, as the check of etcd's disk advises", () => {
    const prepared = [
      disk("var/lib/etcd"),
      file("var/lib/etcd/member/wal/0.wal"),
      file("etc/kubernetes/ssl/kube-ca.pem"),
    ];
    expect(reset([...prepared, `mkdir ${dir}/var/lib/etcd/lost+found`].join("\n"))).toEqual([
      ...["found", "/etc/kubernetes", "/var/lib/etcd"],
      ...["left", "disk"],
    ]);
  });

  it("keep what is mounted below them, such as a share for snapshots", () => {
    const prepared = [
      disk("opt/rke/etcd-snapshots"),
      file("opt/rke/etcd-snapshots/daily.zip"),
      file("opt/rke/bin/rke"),
    ];
    expect(reset([...prepared, file("var/lib/cni/x")].join("\n"))).toEqual([
      ...["found", "/opt/rke", "/var/lib/cni"],
      ...["left", "opt/rke/etcd-snapshots/daily.zip"],
    ]);
  });

  it("keep what is mounted below them also where it is a folder of the same disk", () => {
    const bind = `mkdir -p ${dir}/opt/rke/etcd-snapshots && mount --bind ${dir}/data ${dir}/opt/rke/etcd-snapshots || exit 1`;
    expect(reset([file("data/daily.zip"), bind, file("opt/rke/bin/rke")].join("\n"))).toEqual([
      ...["found", "/opt/rke", "left"],
      ...["data/daily.zip", "opt/rke/etcd-snapshots/daily.zip"],
    ]);
  });

  it("are mounts that go, but for disks of the host's own", () => {
    const list = here(step("reset/mounts").probes(worker)["found"]?.sh.text ?? "").replace('"^/var', `"^${dir}/var`);
    const prepared = [
      ...[
        disk("var/lib/kubelet"),
        disk("var/lib/kubelet/pods/1/volumes/token"),
        "mkdir -p ".concat(dir, "/var/lib/rancher"),
      ],
      `mount --bind ${dir}/var/lib/rancher ${dir}/var/lib/rancher || exit 1`,
    ];
    const script = [...prepared, list.replaceAll("case $path in /var", `case $path in ${dir}/var`)].join("\n");
    const ran = apart(script);
    expect(ran.stderr).toBe("");
    expect(ran.stdout.replaceAll(dir, "").trim().split("\n")).toEqual([
      "/var/lib/rancher",
      "/var/lib/kubelet/pods/1/volumes/token",
    ]);
  });
});
