import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeContainers } from "../../src/core/node-containers.ts";
import { containerSteps, leftoverSteps } from "../../src/engines/rke/leftovers.ts";
import { testFolder } from "../test-folder.ts";
import { decideOn, host, scriptsOf } from "../unit/support/rke-world.ts";

// Which names a reset takes for a cluster's, and which for the customer's own. docker, ip and ipset are doubles: small
// scripts that say a few names. The shell text that Drover runs is the real one.

let dir: string;
const worker = host("w");
const steps = [...containerSteps, ...leftoverSteps];

beforeEach(() => {
  dir = testFolder("leftover-names");
  mkdirSync(join(dir, "bin"));
});

/** A program that prints the lines of a file, and notes what else it is told. */
function program(name: string, lines: readonly string[]): void {
  writeFileSync(join(dir, name), `${lines.join("\n")}\n`);
  const body = `#!/bin/sh\ncase "$1" in ps | list) cat ${dir}/${name} ;; *) echo "$@" >>${dir}/${name}.told ;; esac\n`;
  writeFileSync(join(dir, "bin", name), body);
  chmodSync(join(dir, "bin", name), 0o755);
}

const run = (script: string) =>
  spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { PATH: `${dir}/bin:/usr/bin:/bin` } });
const step = (id: string) => steps.find((one) => one.id === id) ?? expect.fail(`no step ${id}`);
const question = (id: string) => step(id).probes(worker)["found"] ?? expect.fail("no probe");
const found = (id: string, script = question(id).sh.text) => {
  const { status, stdout, stderr } = run(script);
  return question(id).parse({ code: status ?? -1, stdout, stderr });
};
const told = (name: string) => run(`cat ${dir}/${name}.told`).stdout.trim().split("\n");

describe("containers without a label of RKE's", () => {
  const clusters = [
    ...nodeContainers,
    ...[
      "service-sidekick",
      "kube-cleaner",
      "etcd-rolling-snapshots",
      "etcd-fix-perm",
      "cert-deployer",
      "file-deployer",
    ],
    ...["cluster-state-deployer", "rke-etcd-port-listener", "rke-cp-port-listener", "rke-worker-port-listener"],
    ...["rke-port-checker", "rke-bundle-cert", "rke-log-linker", "rke-log-cleaner"],
    ...["k8s_POD_coredns-1_kube-system_0b1c_0", "k8s_coredns_coredns-1_kube-system_0b1c_12"],
  ];
  const customers = [
    ...["kubelet2", "my-kubelet", "kubelet-exporter", "old-kubelets", "etcd-backup", "my-etcd", "etcd.old", "nginx"],
    ...[
      "nginx-proxy-manager",
      "nginx-proxy-1",
      "kube-apiserver-1",
      "rke-ui",
      "rke-log",
      "rke-port-listener",
      "rancher",
    ],
    ...["rke2", "k8s", "k8s-dashboard", "myk8s_app", "K8S_POD", "cert-deployer-2", "file-deployers", "registry"],
  ];

  it("are the cluster's by these names and no others", () => {
    program(
      "docker",
      [...customers, ...clusters].map((name) => `${name} `),
    );
    expect(found("reset/containers")).toEqual(clusters.toSorted());
  });

  it("are the cluster's by a label, whatever they are called; a label of anybody else is not printed by the question", () => {
    program("docker", ["web etcd", "share-mnt kubelet", "db "]);
    expect(found("reset/containers")).toEqual(["share-mnt", "web"]);
    expect(question("reset/containers").sh.text).toContain('{{.Label "io.rancher.rke.container.name"}}');
  });

  it("are removed by just these names, those of the kubelet last, each kind only where it is there", () => {
    const remove = (...names: readonly string[]) => {
      program(
        "docker",
        names.map((name) => `${name} `),
      );
      run(`rm -f ${dir}/docker.told`);
      expect(run(scriptsOf(decideOn(step("reset/containers"), { "": "any\n" }, worker))).status).toBe(0);
      return told("docker");
    };
    expect(remove("k8s_a_b", "nginx", "kubelet", "etcd")).toEqual(["rm -f -v etcd kubelet", "rm -f -v k8s_a_b"]);
    expect(remove("k8s_a_b", "nginx")).toEqual(["rm -f -v k8s_a_b"]);
    expect(remove("kubelet")).toEqual(["rm -f -v kubelet"]);
    expect(remove("nginx")).toEqual([""]);
  });
});

describe("network interfaces", () => {
  const clusters = [
    ...["cni0", "flannel.1", "flannel.4096", "cali0a1b2c3d4e5", "vxlan.calico", "nodelocaldns", "kube-ipvs0"],
    ...["weave", "datapath", "vxlan-6784"],
  ];
  const customers = [
    "lo",
    "eth0",
    "eno1",
    "bond0",
    "br0",
    "br-cni0",
    "docker0",
    "docker_gwbridge",
    "cni1",
    "podman1",
  ].concat([
    "flannel",
    "vxlan0",
    "vxlan.1",
    "tunl0",
    "wg0",
    "weavenet",
    "kube-bridge",
    "virbr0",
    "tailscale0",
    "ib0",
    "veth1a2b",
  ]);
  const here = () => {
    for (const name of [...clusters, ...customers]) mkdirSync(join(dir, "net", name), { recursive: true });
    return (script: string) => script.replaceAll("/sys/class/net", `${dir}/net`);
  };

  it("are the cluster's by these names and no others", () => {
    const list = here()(question("reset/interfaces").sh.text);
    expect(found("reset/interfaces", list)).toEqual(clusters.toSorted());
  });

  it("are deleted one by one, and none further once one cannot be", () => {
    program("ip", []);
    const script = here()(scriptsOf(decideOn(step("reset/interfaces"), { "": "any\n" }, worker)));
    expect(run(script).status).toBe(0);
    expect(told("ip")).toEqual(clusters.toSorted().map((name) => `link delete ${name}`));
    writeFileSync(join(dir, "bin/ip"), `#!/bin/sh\necho "$@" >>${dir}/ip.again; exit 2\n`);
    expect(run(script).status).not.toBe(0);
    expect(run(`wc -l <${dir}/ip.again`).stdout.trim()).toBe("1");
  });
});

describe("sets of addresses", () => {
  const clusters = [
    "KUBE-CLUSTER-IP",
    "KUBE-NODE-PORT-TCP",
    "cali40all-ipam-pools",
    "cali60s:x",
    "weave-iuZcey(5DeXbzgRF",
  ];
  const customers = [
    "blocked",
    "kube-own",
    "MY-KUBE-SET",
    "cali",
    "cali5x",
    "caliente",
    "weave",
    "f2b-sshd",
    "crowdsec4",
  ];

  it("are the cluster's by these names and no others, and destroyed one by one", () => {
    program("ipset", [...customers, ...clusters]);
    expect(found("reset/ipsets")).toEqual(clusters);
    expect(run(scriptsOf(decideOn(step("reset/ipsets"), { "": "any\n" }, worker))).status).toBe(0);
    expect(told("ipset")).toEqual(clusters.map((name) => `destroy ${name}`));
  });

  it("are none where there are none, or no ipset", () => {
    program("ipset", customers);
    expect(found("reset/ipsets")).toEqual([]);
    run(`rm ${dir}/bin/ipset`);
    if (run("command -v ipset").status !== 0) expect(found("reset/ipsets")).toEqual([]);
  });
});

describe("what is mounted", () => {
  const mounts = [
    ..."/ /boot /var /var/lib /var/lib/docker /var/lib/kubelet-data /var/lib/kubelets /home /mnt/var/lib/kubelet/x".split(
      " ",
    ),
    "/var/lib/rancher2",
    "/var/lib/rancher/k3s-like/volume",
    "/var/lib/kubelet/pods/1/volumes/kubernetes.io~projected/token",
    "/var/lib/kubelet/pods/1/volume-subpaths/a/b/0",
  ];

  it("is the kubelet's below its folders alone, the deepest first", () => {
    writeFileSync(join(dir, "mounts"), mounts.map((path) => `none ${path} tmpfs rw 0 0\n`).join(""));
    const list = question("reset/mounts").sh.text.replace("/proc/mounts", `${dir}/mounts`);
    const all = found("reset/mounts", list) as readonly string[];
    expect(all).toEqual(mounts.slice(-3).toSorted().toReversed());
  });
});

describe("folders", () => {
  it("are the cluster's own, all of them, and never one that holds another's", () => {
    const clusters = [
      ...["etc/kubernetes", "etc/cni", "opt/cni", "opt/rke", "var/lib/etcd", "var/lib/cni", "var/lib/kubelet"],
      ...["var/lib/calico", "var/lib/weave", "var/lib/cri-dockerd", "var/lib/rancher/rke", "var/log/containers"],
      ...["var/log/pods", "var/log/kube-audit", "run/flannel", "run/calico", "run/secrets/kubernetes.io"],
    ];
    const customers = [
      "etc/docker",
      "opt/app",
      "var/lib/docker",
      "var/lib/rancher/k3s",
      "var/log/app",
      "run/secrets/own",
    ];
    for (const path of [...clusters, ...customers]) mkdirSync(join(dir, path), { recursive: true });
    const here = (script: string) => script.replaceAll(/(?<=[\s"])\/(?=(?:etc|opt|var|run)\/)/g, `${dir}/`);
    const list = here(question("reset/folders").sh.text);
    const all = () => (found("reset/folders", list) as readonly string[]).map((path) => path.slice(dir.length + 1));
    expect(all().toSorted()).toEqual(clusters.toSorted());
    expect(run(here(scriptsOf(decideOn(step("reset/folders"), { "": "any\n" }, worker)))).status).toBe(0);
    expect(all()).toEqual([]);
    for (const path of customers) expect([path, run(`test -d ${dir}/${path}`).status]).toEqual([path, 0]);
  });
});
