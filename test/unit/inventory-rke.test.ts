import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import type { RkeSettings } from "../../src/core/rke.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { parseInventory } from "../../src/inventory/parse.ts";
import { hosts, minimal, mistakesOf, mistakesOfText } from "./inventory-support.ts";

const mistakes = (rke: object, more: object = {}) => mistakesOf({ ...minimal, ...more, rke });

describe("rke.clusterYml", () => {
  it("takes what RKE knows and the inventory has no key for", () => {
    expect(mistakes({ clusterYml: { monitoring: { provider: "none", replicas: 2 } } })).toEqual([]);
  });

  it("names a key that RKE would ignore, with its line and what was meant", () => {
    const text = `version: 1
cluster: { name: sample }
ssh: { user: ubuntu }
hosts: [{ name: h1, address: 192.0.2.1, roles: [controlplane, etcd, worker] }]
rke:
  clusterYml:
    monitoring:
      replicsa: 2
    services:
      kubelet: { fail_swapon: true }
`;
    expect(mistakesOfText(text)).toEqual([
      'i.yaml:8:7 rke.clusterYml.monitoring.replicsa: is not a key that RKE knows; did you mean "replicas"?',
      'i.yaml:10:18 rke.clusterYml.services.kubelet.fail_swapon: is not a key that RKE knows; did you mean "fail_swap_on"?',
    ]);
  });

  it("says where RKE has a key that stands in the wrong place, and lists what there is where nothing is near", () => {
    expect(mistakes({ clusterYml: { fail_swap_on: true } })).toEqual([
      "rke.clusterYml.fail_swap_on: is not a key that RKE knows here; it has services.kubelet.fail_swap_on",
    ]);
    expect(mistakes({ clusterYml: { monitoring: { zzz: 1 } } })).toEqual([
      "rke.clusterYml.monitoring.zzz: is not a key that RKE knows here; it knows provider, options, node_selector, update_strategy, replicas, tolerations, metrics_server_priority_class_name",
    ]);
    expect(mistakes({ clusterYml: { system_images: { quux: "a:1" } } }).join()).toMatch(/it knows etcd, .*, \.\.\.$/);
  });

  it("is refused where it contradicts the inventory, or asks rke for what it cannot do", () => {
    expect(
      mistakes({ clusterYml: { kubernetes_version: "v1.30.11-rancher1-1", authorization: { mode: "none" } } }),
    ).toEqual([
      "rke.clusterYml.kubernetes_version: has a key of its own in the inventory: rke.kubernetesVersion",
      "rke.clusterYml.authorization.mode: must be rbac: rke refuses Kubernetes 1.23 and newer without it",
    ]);
  });

  it("of a wrong kind is told without what it holds, which may be a password", () => {
    const told = mistakes({
      clusterYml: { monitoring: ["hunter2"], cloud_provider: { vsphereCloudProvider: "hunter2" } },
    });
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain("hunter2");
  });
});

describe("the pods' network", () => {
  it.each(["canal", "flannel"])("of %s can be told card and backend", (plugin) => {
    expect(mistakes({ network: { plugin, interface: "eno1", backend: "host-gw" } })).toEqual([]);
  });

  it.each([
    ["calico", { interface: "eno1" }, "rke.network.interface: cannot be chosen with calico, only with canal, flannel"],
    ["calico", { backend: "vxlan" }, "rke.network.backend: cannot be chosen with calico, only with canal, flannel"],
    ["flannel", { mtu: 1400 }, "rke.network.mtu: cannot be chosen with flannel, only with canal, calico, weave"],
    ["none", { mtu: 1400 }, "rke.network.mtu: cannot be chosen with none, only with canal, calico, weave"],
  ])("of %s cannot be told %j, which RKE would ignore or refuse", (plugin, settings, mistake) => {
    expect(mistakes({ network: { plugin, ...settings } })).toEqual([mistake]);
  });

  it("is canal where nothing is said, and judged as that", () => {
    expect(mistakes({ network: { options: { canal_ifac: "eno1" } } })).toEqual([
      'rke.network.options.canal_ifac: is not an option of canal; did you mean "canal_iface"?',
    ]);
  });

  it("takes no option of another plugin", () => {
    expect(mistakes({ network: { plugin: "flannel", options: { calico_cloud_provider: "none" } } })).toEqual([
      "rke.network.options.calico_cloud_provider: is not an option of flannel; it has flannel_iface, flannel_backend_type, flannel_backend_port, flannel_backend_vni, kube_flannel_priority_class_name",
    ]);
    expect(mistakes({ network: { plugin: "none", options: { a: "b" } } })).toEqual([
      "rke.network.options.a: is not an option of none; it has none",
    ]);
  });

  it("says its card once", () => {
    expect(mistakes({ network: { interface: "eno1", options: { canal_iface: "eno2" } } })).toEqual([
      "rke.network.options.canal_iface: is rke.network.interface, which is given too; say it once",
    ]);
  });

  it.each([
    [{ interface: "a name" }, "rke.network.interface: is not the name of a network card, such as eno1"],
    [{ interface: "abcdefghijklmnop" }, "rke.network.interface: is not the name of a network card, such as eno1"],
    [{ mtu: 500 }, "rke.network.mtu: must be at least 1280 bytes, the least that IPv6 works with"],
    [{ mtu: 70000 }, "rke.network.mtu: must be at most 9000 bytes"],
    [{ backend: "vxlna" }, 'rke.network.backend: must be one of vxlan, host-gw, but is "vxlna"; did you mean "vxlan"?'],
  ])("refuses %j", (network, mistake) => {
    expect(mistakes({ network })).toEqual([mistake]);
  });

  it("of an unknown plugin is not judged further", () => {
    expect(mistakes({ network: { plugin: "cilium", mtu: 1400, options: { x: "y" } } })).toHaveLength(1);
  });
});

describe("ranges of addresses", () => {
  it("keep away from Docker's bridge, also from one that daemon.json moves", () => {
    expect(mistakes({ clusterCidr: "172.16.0.0/12" })).toEqual([
      "rke.clusterCidr: 172.16.0.0/12 overlaps 172.17.0.0/16, which Docker uses on every host",
    ]);
    const docker = { daemon: { bip: "10.9.0.1/24" } };
    expect(mistakes({ clusterCidr: "172.16.0.0/12" }, { docker })).toEqual([]);
    expect(mistakes({ serviceCidr: "10.9.0.0/16" }, { docker })).toEqual([
      "rke.serviceCidr: 10.9.0.0/16 overlaps 10.9.0.0/24, which Docker uses on every host",
    ]);
  });

  it("have room for every node and its pods", () => {
    expect(mistakes({ clusterCidr: "10.42.0.0/24" })).toEqual([]);
    const three = hosts(3);
    expect(mistakes({ clusterCidr: "10.42.0.0/23" }, { hosts: three })).toEqual([
      "rke.clusterCidr: 10.42.0.0/23 has room for 2 nodes of /24 each, and there are 3 hosts",
    ]);
    expect(mistakes({ clusterCidr: "10.42.0.0/28" })).toEqual([
      "rke.clusterCidr: 10.42.0.0/28 has room for 0 nodes of /24 each, and there are 1 hosts",
    ]);
    const smaller = { "kube-controller": { "node-cidr-mask-size": 25 } };
    expect(mistakes({ clusterCidr: "10.42.0.0/23", extraArgs: smaller }, { hosts: three })).toEqual([]);
  });

  it("hold the pods of a node", () => {
    expect(mistakes({ extraArgs: { kubelet: { "max-pods": 250 } } })).toEqual([]);
    expect(mistakes({ extraArgs: { kubelet: { "max-pods": 300 } } })).toEqual([
      "rke.extraArgs.kubelet.max-pods: 300 pods do not fit into the /24 of a node, which holds 253; lower it, or set kube-controller's node-cidr-mask-size",
    ]);
    const larger = { kubelet: { "max-pods": 300 }, "kube-controller": { "node-cidr-mask-size": 23 } };
    expect(mistakes({ extraArgs: larger })).toEqual([]);
  });

  it("of services are neither too large for Kubernetes nor too small for its DNS", () => {
    expect(mistakes({ serviceCidr: "10.96.0.0/28" })).toEqual([]);
    expect(mistakes({ serviceCidr: "10.96.0.0/29" })).toEqual([
      "rke.serviceCidr: 10.96.0.0/29 is too small: /28 at least",
    ]);
    expect(mistakes({ serviceCidr: "11.0.0.0/8" })).toEqual([
      "rke.serviceCidr: 11.0.0.0/8 is larger than Kubernetes takes: /12 at most",
    ]);
  });
});

describe("other settings of RKE", () => {
  it.each([
    [
      { api: { sans: ["API.example.com"] } },
      "rke.api.sans[0]: must be an IP address or a DNS name in lower case, perhaps beginning with `*.`",
    ],
    [
      { api: { sans: ["10.0.0.300"] } },
      "rke.api.sans[0]: must be an IP address or a DNS name in lower case, perhaps beginning with `*.`",
    ],
    ...["10.0.0.300", "LB.example.com", "lb:0", "lb:70000", "https://lb", "*.lb.test", "a b", ""].map(
      (address): [object, string] => [
        { api: { address } },
        "rke.api.address: must be an IPv4 address or a DNS name in lower case, perhaps with a :port",
      ],
    ),
    [{ api: { address: "2001:db8::1" } }, "rke.api.address: must be an IPv4 address or a DNS name"],
    [{ api: { nodePorts: "30000" } }, "rke.api.nodePorts: must be two ports joined by a hyphen, such as 30000-32767"],
    [{ api: { nodePorts: "30000-70000" } }, "rke.api.nodePorts: must lie between 1 and 65535"],
    [{ api: { nodePorts: "32000-31000" } }, "rke.api.nodePorts: ends before it begins"],
    [
      { api: { auditLog: { policy: { kind: "Polcy", apiVersion: "audit.k8s.io/v1" } } } },
      "rke.api.auditLog.policy: must say `kind: Policy`",
    ],
    [
      { api: { admission: { kind: "AdmissionConfiguration" } } },
      "rke.api.admission: must say `apiVersion: apiserver.config.k8s.io/v1`",
    ],
    [{ api: { auditLog: { maxAgeDays: 0 } } }, "rke.api.auditLog.maxAgeDays: must be at least 1"],
    [
      { dns: { nodeLocal: "10.43.0.10" } },
      "rke.dns.nodeLocal: 10.43.0.10 lies in rke.serviceCidr; take one that nobody has, such as 169.254.20.10",
    ],
    [{ dns: { nodeLocal: "192.0.2.1" } }, "rke.dns.nodeLocal: 192.0.2.1 is the address of h1"],
    [
      { dns: { stubDomains: { "corp.example": [] } } },
      'rke.dns.stubDomains["corp.example"]: must name at least one DNS server',
    ],
    [{ ingress: "none", nginx: { httpPort: 81 } }, "rke.nginx.httpPort: has no effect with `ingress: none`; remove it"],
    [{ nginx: { httpPort: 443 } }, "rke.nginx.httpPort: is 443, as is the other port; they must differ"],
    [{ nginx: { httpPort: 81, httpsPort: 81 } }, "rke.nginx.httpsPort: is 81, as is the other port; they must differ"],
    [{ upgrade: { workersAtOnce: 0 } }, "rke.upgrade.workersAtOnce: must be at least 1, or a share such as 10%"],
    [{ upgrade: { workersAtOnce: "200%" } }, "rke.upgrade.workersAtOnce: must be at least 1, or a share such as 10%"],
    [{ etcd: { snapshots: { everyHours: 0 } } }, "rke.etcd.snapshots.everyHours: must be at least 1 hour"],
    [
      { etcd: { snapshots: { s3: { bucket: "b1b", endpoint: "https://x" } } } },
      "rke.etcd.snapshots.s3.endpoint: must not have a scheme: leave out everything up to and including `://`",
    ],
    [
      { etcd: { snapshots: { s3: { bucket: "b1b", accessKey: "env:K" } } } },
      "rke.etcd.snapshots.s3: has a accessKey, but no secretKey; give both or neither",
    ],
    [
      { extraBinds: { kubelet: ["mnt"] } },
      "rke.extraBinds.kubelet[0]: must be /path/on/the/host:/path/inside, perhaps with :ro at the end",
    ],
    [{ extraEnv: { kubelet: { "A B": "1" } } }, 'rke.extraEnv.kubelet["A B"]: is not the name of a variable'],
    [
      { extraArgs: { kubelet: { "cluster-dns": "10.43.0.10" } } },
      "rke.extraArgs.kubelet.cluster-dns: is set by rke.serviceCidr, whose tenth address it is; remove it here",
    ],
    [{ extraArgs: { kubelet: { "feature-gates": [] } } }, /rke\.extraArgs\.kubelet\.feature-gates: /],
    [
      { manifests: ["httpfile.yaml"] },
      "rke.manifests[0]: begins with http but is no URL; put ./ before the name of a file",
    ],
    [{ manifests: ["ftp://x/y"] }, "rke.manifests[0]: must be a path, or begin with https:// or http://"],
  ])("refuse %j", (rke, mistake) => {
    expect(mistakes(rke)).toEqual([typeof mistake === "string" ? mistake : expect.stringMatching(mistake)]);
  });

  it("refuse a secret that is written out, without quoting it", () => {
    const told = mistakes({
      etcd: { snapshots: { s3: { bucket: "b1b", accessKey: "AKIAhunter2", secretKey: "hunter2" } } },
    });
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain("hunter2");
  });

  it("take a flag several times", () => {
    const { rke } = parseInventory(
      JSON.stringify({ ...minimal, rke: { extraArgs: { "kube-api": { "service-account-issuer": ["a", 2] } } } }),
      "i.yaml",
    );
    expect(rke.extraArgs["kube-api"]).toEqual({ "service-account-issuer": ["a", "2"] });
  });
});

describe("RKE's settings, once read", () => {
  async function settingsOf(rke: object): Promise<RkeSettings> {
    const files: Readonly<Record<string, string>> = {
      "/i/inventory.yaml": JSON.stringify({ ...minimal, rke }),
      "/i/certificates/s3.pem": "PEM",
    };
    const cluster = await loadInventory({
      path: "/i/inventory.yaml",
      readFile: async (path) => files[path] ?? Promise.reject(Object.assign(new Error(path), { code: "ENOENT" })),
      home: "/home/me",
      resolveSecret: async (reference) => `the secret of ${reference}`,
    });
    return cluster.rke;
  }

  const s3 = { bucket: "b1b", accessKey: "env:K", secretKey: "file:secret", ca: "certificates/s3.pem" };

  it("hold secrets, files and absolute paths", async () => {
    const { etcd, manifests } = await settingsOf({
      etcd: { snapshots: { s3 } },
      manifests: ["one.yaml", "~/two.yaml", "https://example.com/three.yaml"],
    });
    expect(etcd.snapshots.s3).toEqual({
      endpoint: "s3.amazonaws.com",
      bucket: "b1b",
      accessKey: "the secret of env:K",
      secretKey: "the secret of file:/i/secret",
      ca: "PEM",
    });
    expect(manifests).toEqual(["/i/one.yaml", "/home/me/two.yaml", "https://example.com/three.yaml"]);
  });

  it("say which file cannot be read", async () => {
    const thrown = await settingsOf({ etcd: { snapshots: { s3: { ...s3, ca: "gone.pem" } } } }).catch((error) => error);
    expect(thrown).toBeInstanceOf(DroverError);
    expect(thrown).toMatchObject({
      code: "inventory/unreadable",
      message: "rke.etcd.snapshots.s3.ca: /i/gone.pem cannot be read",
    });
  });
});
