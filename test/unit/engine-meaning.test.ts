import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/core/cluster.ts";
import type { Mapping } from "../../src/core/mapping.ts";
import { clusterDocument } from "../../src/engines/rke/cluster-yml.ts";
import table from "../../src/engines/rke/cluster-yml-keys.json" with { type: "json" };
import { meaningOf } from "../../src/engines/rke/up-meaning.ts";
import { upStep } from "../../src/engines/rke/up-step.ts";
import { dumpYaml, parseMapping } from "../../src/templates/yaml.ts";
import { changesOf, cluster, decideOn, host, setupOf, state, templates, withRke } from "./support/rke-world.ts";

const document = (given: Cluster): Mapping => parseMapping(dumpYaml(clusterDocument(given, templates))) ?? {};
const from = (before: Cluster, after: Cluster) => meaningOf(document(before), document(after));
const to = (after: Cluster) => from(cluster, after);

describe("what an rke up comes to", () => {
  it("is nothing where cluster.yml says the same, in whatever order", () => {
    expect(to(cluster)).toEqual([]);
    const { services, ...rest } = document(cluster);
    const shuffled = { services: Object.fromEntries(Object.entries(services as Mapping).toReversed()), ...rest };
    expect(meaningOf(document(cluster), shuffled)).toEqual([]);
  });

  it.each<[string, Cluster, readonly string[]]>([
    [
      "a flag of the scheduler",
      withRke({ extraArgs: { scheduler: { v: "2" } } }),
      ["restart kube-scheduler on node-a"],
    ],
    [
      "a flag of kubelet",
      withRke({ extraArgs: { kubelet: { v: "2" } } }),
      ["restart kubelet on node-a, node-b, node-c"],
    ],
    ["a variable of etcd", withRke({ extraEnv: { etcd: { A: "1" } } }), ["restart etcd on node-a"]],
    [
      "a name in the API's certificate",
      withRke({ api: { ...cluster.rke.api, sans: ["x.test"] } }),
      ["restart kube-apiserver on node-a"],
    ],
    [
      "the services' range",
      withRke({ serviceCidr: "10.50.0.0/16" }),
      [
        "restart kube-apiserver on node-a",
        "restart kube-controller-manager on node-a",
        "restart kubelet on node-a, node-b, node-c",
      ],
    ],
    [
      "the pods' range",
      withRke({ clusterCidr: "10.60.0.0/16" }),
      ["restart kube-controller-manager on node-a", "restart kube-proxy on node-a, node-b, node-c"],
    ],
    [
      "snapshots",
      withRke({ etcd: { snapshots: { ...cluster.rke.etcd.snapshots, keep: 3 } } }),
      ["restart etcd-rolling-snapshots, which takes the snapshots"],
    ],
    [
      "the network's MTU",
      withRke({ network: { plugin: "canal", options: {}, mtu: 1400 } }),
      ["deploy the pods' network anew"],
    ],
    ["upstream DNS", { ...cluster, dns: { nameservers: ["10.0.0.53"], search: [] } }, ["deploy cluster DNS anew"]],
    [
      "a DNS cache",
      withRke({ dns: { ...cluster.rke.dns, nodeLocal: "169.254.20.10" } }),
      ["restart kubelet on node-a, node-b, node-c", "deploy cluster DNS anew"],
    ],
    ["ingress", withRke({ ingress: "none" }), ["deploy the ingress controller anew"]],
    ["manifests", withRke({ manifests: ["/a.yaml"] }), ["apply the manifests"]],
    ["how long jobs may take", withRke({ addonJobTimeout: 300 }), []],
  ])("for %s is told", (_, after, meaning) => {
    expect(to(after)).toEqual(meaning);
  });

  // Values that no cluster here has, by the keys of cluster.yml that RKE knows at the top.
  const quiet = [
    ...["ssh_key_path", "ssh_cert_path", "ssh_agent_auth", "bastion_host", "ignore_docker_version", "cluster_name"],
    ...["addon_job_timeout", "upgrade_strategy", "win_prefix_path", "enable_cri_dockerd"],
    // The inventory lets none of these through.
    ...["restore", "rotate_certificates", "rotate_encryption_key"],
  ];
  it.each(Object.keys(table.RancherKubernetesEngineConfig))(
    "of a change at %s is nothing only if that is harmless",
    (key) => {
      const odd = key === "nodes" || key === "services" ? {} : { another: "value" };
      const meaning = meaningOf(document(cluster), { ...document(cluster), [key]: odd });
      expect(meaning.length === 0).toBe(quiet.includes(key));
    },
  );

  it("names what concerns several programs by its key, and the node that the others are to find elsewhere", () => {
    const [first, ...others] = cluster.hosts;
    if (first === undefined) throw new Error("no hosts");
    const pinned = withRke({ clusterYml: { system_images: { etcd: "mirror.lan/etcd:v3.5.21" } } });
    expect(to(pinned)).toEqual(["restart every part that system_images concerns"]);
    const moved = { ...cluster, hosts: [{ ...first, internalAddress: "192.168.0.1" }, ...others] };
    expect(to(moved)).toEqual(["restart every part that is to find node-a at 192.168.0.1"]);
    expect(from(moved, cluster)).toEqual(["restart every part that is to find node-a at 10.0.0.1"]);
    // Said and meant are the same: nothing moves where the inner address is the outer one.
    expect(to({ ...cluster, hosts: [{ ...first, internalAddress: first.address }, ...others] })).toEqual([]);
  });

  it("of an upgrade, which restarts every part anyway, names none of them again", () => {
    const pinned = { system_images: { etcd: "mirror.lan/etcd:v3.5.21" } };
    const meaning = from(withRke({ kubernetesVersion: "v1.31.7-rancher1-1" }), withRke({ clusterYml: pinned }));
    expect(meaning).toEqual([expect.stringContaining("restart every part: etcd one host at a time")]);
  });

  it("for an upgrade is the order of the hosts, and how many at a time", () => {
    const upgrade = { ...cluster.rke.upgrade, workersAtOnce: "2" };
    expect(from(withRke({ kubernetesVersion: "v1.31.7-rancher1-1" }), withRke({ upgrade }))).toEqual([
      "Kubernetes v1.31.7-rancher1-1 to v1.32.3-rancher1-1: restart every part: etcd one host at a time, controlplane hosts 1 at a time, then workers 2 at a time",
    ]);
  });

  it("for nodes is who leaves first, who comes after the control plane, and who becomes what", () => {
    const [first, second] = cluster.hosts;
    if (first === undefined || second === undefined) throw new Error("no hosts");
    const hosts = [first, { ...second, labels: { a: "b" } }, host("gpu-d", { roles: ["worker", "etcd"] })];
    expect(to({ ...cluster, hosts })).toEqual([
      "remove the node node-c",
      "add the node gpu-d (etcd, worker)",
      "set labels and taints of node-b",
    ]);
    expect(to({ ...cluster, hosts: [first, { ...second, name: "other" }, ...cluster.hosts.slice(2)] })).toEqual([
      "register node-b as a new node other",
    ]);
    expect(
      to({ ...cluster, hosts: [first, { ...second, roles: ["etcd", "worker"] }, ...cluster.hosts.slice(2)] }),
    ).toEqual(["make node-b etcd and worker, which was worker"]);
  });

  it("of many hosts is their number", () => {
    const many = Array.from({ length: 6 }, (_, n) => host(`w${n}-${"bcdefg"[n]}`));
    const hosts = [...cluster.hosts.slice(0, 1), ...many];
    expect(from({ ...cluster, hosts }, withRke({ extraArgs: { kubeproxy: { v: "1" } } }, { hosts }))).toEqual([
      "restart kube-proxy on 7 hosts",
    ]);
  });

  it("is no crash on a cluster.yml of anybody", () => {
    for (const odd of [{}, { nodes: "x", services: [] }, { nodes: [null, { role: "x" }] }, { network: 7 }])
      expect(() => meaningOf(odd, document(cluster))).not.toThrow();
  });

  it.each([{}, { kubernetes_version: null }, { kubernetes_version: 1.32 }, { kubernetes_version: { a: 1 } }])(
    "names no version where the file has none: %j",
    (odd) => {
      const wanted = document(cluster)["kubernetes_version"];
      const [first = ""] = meaningOf(
        { ...document(cluster), kubernetes_version: undefined, ...odd },
        document(cluster),
      );
      expect(first).toContain(`Kubernetes another version to ${String(wanted)}: `);
    },
  );
});

describe("the plan of rke/up", () => {
  const machine = (clusterYml: string) => ({
    "cat /c/cluster.yml": clusterYml,
    "cat /c/cluster.rkestate": state(true),
    "test -s /c/kube": "",
    "get nodes,pods": '{"items":[]}',
  });
  const summary = (file: string) => changesOf(decideOn(upStep(setupOf()), machine(file)))[0]?.summary;

  it("says what will restart", () => {
    expect(summary(setupOf(withRke({ extraArgs: { scheduler: { v: "2" } } })).clusterYml)).toMatch(
      /^bring the cluster to what cluster\.yml says \(rke up\): cluster\.yml changed;.*\. In this order: restart kube-scheduler on node-a$/,
    );
  });

  it("says where nothing will", () => {
    expect(summary(setupOf(withRke({ addonJobTimeout: 9 })).clusterYml)).toMatch(/, which restarts nothing$/);
  });

  it("says nothing where it cannot know: no YAML, or the same file", () => {
    expect(summary("{ not yaml")).not.toMatch(/order|nothing/);
    expect(summary(setupOf().clusterYml)).not.toMatch(/order|nothing/);
  });
});
