import { describe, expect, it } from "vitest";
import { keysIn } from "../../scripts/rke-keys.ts";
import { complaintsAbout } from "../../src/engines/rke/cluster-yml-check.ts";
import table from "../../src/engines/rke/cluster-yml-keys.json" with { type: "json" };
import { objectionsTo } from "../../src/engines/rke/cluster-yml-patch.ts";

const said = (value: unknown) =>
  complaintsAbout(value).map((one) =>
    one.kind === "wrong" ? `${one.path.join(".")}: ${one.wanted}` : `${one.path.join(".")}?`,
  );

describe("what RKE would not read of a cluster.yml", () => {
  it("is nothing of an empty one, and of none", () => {
    for (const nothing of [{}, undefined, null]) expect(complaintsAbout(nothing)).toEqual([]);
  });

  it("is a misspelt key, at any depth", () => {
    const document = {
      kubernetes_versoin: "v1",
      services: { etcd: { snapshots: true }, "kube-api": { audit_log: { configuration: { maxage: 1 } } } },
      nodes: [{ address: "a", roles: [] }],
      private_registries: [{ url: "a" }, { is_defualt: true }],
      dns: { nodelocal: { ip: "x" } },
    };
    expect(said(document)).toEqual([
      "kubernetes_versoin?",
      "services.etcd.snapshots?",
      "services.kube-api.audit_log.configuration.maxage?",
      "nodes.0.roles?",
      "private_registries.1.is_defualt?",
      "dns.nodelocal.ip?",
    ]);
  });

  it("is told with the keys of its place, and where RKE has it if that is elsewhere", () => {
    expect(complaintsAbout({ sans: ["a"] })).toMatchObject([{ kind: "unknown", elsewhere: "authentication.sans" }]);
    const [complaint] = complaintsAbout({ monitoring: { providers: "none" } });
    expect(complaint).toMatchObject({ elsewhere: undefined });
    expect(complaint?.kind === "unknown" && complaint.known).toContain("provider");
  });

  it("says of a key that RKE has in many places not where it belongs", () => {
    expect(complaintsAbout({ node_selector: {} })).toMatchObject([{ elsewhere: undefined }]);
  });

  it.each([
    [{ addon_job_timeout: "45s" }, "addon_job_timeout: a whole number"],
    [{ addon_job_timeout: 1.5 }, "addon_job_timeout: a whole number"],
    [{ enable_cri_dockerd: "yes" }, "enable_cri_dockerd: true or false"],
    [{ network: "canal" }, "network: a mapping of keys to values"],
    [{ network: [] }, "network: a mapping of keys to values"],
    [{ addons_include: "one.yaml" }, "addons_include: a list"],
    [{ network: { options: ["a"] } }, "network.options: a mapping of keys to values"],
    [{ network: { options: { canal_iface: ["eno1"] } } }, "network.options.canal_iface: text"],
    [{ dns: { stubdomains: { a: "10.0.0.1" } } }, "dns.stubdomains.a: a list"],
    [{ dns: { linear_autoscaler_params: { min: 1.5 } } }, "dns.linear_autoscaler_params.min: a whole number"],
    [
      { dns: { linear_autoscaler_params: { cores_per_replica: "1" } } },
      "dns.linear_autoscaler_params.cores_per_replica: a number",
    ],
  ])("is a value of another kind: %j", (document, complaint) => {
    expect(said(document)).toEqual([complaint]);
  });

  it("is not a number where RKE wants text: its reader makes text of it", () => {
    expect(said({ nodes: [{ port: 22 }], network: { options: { flannel_backend_port: 8472, x: true } } })).toEqual([]);
  });

  it("is not what Kubernetes itself reads: policies, volumes, strategies", () => {
    const document = {
      services: { "kube-api": { audit_log: { configuration: { policy: { kind: "Policy", rules: [{ any: [1] }] } } } } },
      ingress: { extra_volumes: [{ name: "a", hostPath: { path: "/x" } }], update_strategy: { strategy: "OnDelete" } },
      monitoring: { update_strategy: { strategy: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } },
    };
    expect(said(document)).toEqual([]);
    expect(said({ monitoring: { update_strategy: { rollingupdate: {} } } })).toEqual([
      "monitoring.update_strategy.rollingupdate?",
    ]);
  });

  it("is not null, which removes a key that RKE knows", () => {
    expect(said({ monitoring: null, network: { plugin: null }, nodes: null })).toEqual([]);
    expect(said({ moonitoring: null })).toEqual(["moonitoring?"]);
  });

  it("is a name that every object has by birth", () => {
    expect(said(JSON.parse('{"constructor": 1, "toString": {}, "__proto__": {"nodes": 1}}'))).toEqual([
      "constructor?",
      "toString?",
      "__proto__?",
    ]);
  });
});

describe("the table of RKE's keys", () => {
  it("has the keys of every level that cluster.yml has, and only types that it explains", () => {
    const known = new Set([...Object.keys(table), "string", "int", "bool", "float64", "any"]);
    const types = Object.values(table).flatMap((keys) => Object.values(keys));
    const unexplained = types.filter((type) => !known.has(type.replaceAll(/\[\]|map\[string\]/g, "")));
    expect(unexplained).toEqual([]);
    expect(Object.keys(table.RancherKubernetesEngineConfig)).toHaveLength(30);
    expect(Object.keys(table.RKESystemImages).length).toBeGreaterThan(35);
  });

  it("is read from Go: tags, inline structs, pointers, packages and fields without a tag", () => {
    const go = `
type Root struct {
	// a comment: Fake string
	Base \`yaml:",inline" json:",inline"\`
	One  *Inner            \`yaml:"one,omitempty" json:"one"\`
	Many []Inner           \`json:"many"\`
	By   map[string]string \`yaml:"by_name"\`
	Out  *v1.Something     \`yaml:"out"\`
	Num  *int32            \`yaml:"num"\`
}
type Base struct {
	Image string \`yaml:"image"\`
}
type Inner struct {
	Effect v1.TaintEffect \`yaml:",omitempty"\`
	CloudProvider string
}
type Unused struct {
	X string
}
`;
    expect(keysIn(go, "Root")).toEqual({
      Inner: { effect: "string", cloudprovider: "string" },
      Root: { image: "string", one: "Inner", many: "[]Inner", by_name: "map[string]string", out: "any", num: "int" },
    });
  });
});

describe("a patch of cluster.yml", () => {
  const objections = (patch: unknown) => objectionsTo(patch).map(({ path, message }) => `${path.join(".")} ${message}`);

  it("may say what the inventory has no key for", () => {
    const patch = {
      monitoring: { provider: "none" },
      authorization: { mode: "rbac" },
      ingress: { dns_policy: "ClusterFirst", default_ingress_class: false },
      services: {
        kubelet: { fail_swap_on: true, generate_serving_certificate: true },
        etcd: { uid: 52034, gid: 52034 },
      },
      system_images: { coredns: "mirror.lan/coredns:1.12.0", etcd: "mirror.lan:5000/etcd:v3.5.16-rancher1" },
      addons: "---\nkind: Namespace\n",
    };
    expect(objections(patch)).toEqual([]);
  });

  it.each([
    [
      { kubernetes_version: "v1.31.7-rancher1-1" },
      "kubernetes_version has a key of its own in the inventory: rke.kubernetesVersion",
    ],
    [{ nodes: [] }, "nodes has a key of its own in the inventory: hosts"],
    [{ nodes: null }, "nodes has a key of its own in the inventory: hosts"],
    [{ network: { plugin: "calico" } }, "network.plugin has a key of its own in the inventory: rke.network.plugin"],
    [{ authentication: { sans: ["x"] } }, "authentication.sans has a key of its own in the inventory: rke.api.sans"],
    [
      { services: { "kube-api": { service_cluster_ip_range: "10.0.0.0/8" } } },
      "services.kube-api.service_cluster_ip_range has a key of its own in the inventory: rke.serviceCidr",
    ],
    [
      { services: { scheduler: { extra_args: { v: "2" } } } },
      "services.scheduler.extra_args has a key of its own in the inventory: rke.extraArgs",
    ],
    [
      { services: { etcd: { backup_config: { s3backupconfig: { secret_key: "hunter2" } } } } },
      "services.etcd.backup_config has a key of its own in the inventory: rke.etcd.snapshots",
    ],
    [{ upgrade_strategy: { drain: true } }, "upgrade_strategy has a key of its own in the inventory: rke.upgrade"],
  ])("may not say again what the inventory says: %j", (patch, objection) => {
    expect(objections(patch)).toEqual([objection]);
  });

  it.each([
    [{ enable_cri_dockerd: false }, /must be true: Kubernetes 1\.24/],
    [{ rotate_certificates: { services: [] } }, /^rotate_certificates would make every `drover up`/],
    [{ rotate_encryption_key: true }, /rotate the key/],
    [{ restore: { restore: true } }, /restore a snapshot/],
    [{ prefix_path: "opt" }, /absolute/],
    [{ ssh_cert_path: "x" }, /crashes/],
    [{ cri_dockerd_stream_server_port: "99999" }, /must be a port/],
    [{ authentication: { strategy: "webhook" } }, /x509, x509\|webhook/],
    [{ authorization: { mode: "none" } }, /must be rbac/],
    [{ authorization: { mode: "rabc" } }, /must be rbac/],
    [{ cloud_provider: { name: "aws" } }, /external-aws/],
    [{ ingress: { dns_policy: "clusterfirst" } }, /ClusterFirstWithHostNet/],
    [{ monitoring: { provider: "metricserver" } }, /metrics-server, none/],
    [{ services: { etcd: { external_urls: ["https://e:2379"] } } }, /contradicts the hosts/],
    [{ services: { kubelet: { image: "x:1" } } }, /system_images/],
    [{ system_images: { coredns: "coredns" } }, /without one/],
    [{ system_images: { coredns: "host:5000/coredns" } }, /without one/],
    [{ system_images: { etcd: "mirror/etcd:latest" } }, /tag is a version/],
    [{ system_images: { kubernetes: "mirror/hyperkube" } }, /tag is a version/],
  ])("may not ask of rke what it cannot do: %j", (patch, objection) => {
    expect(objections(patch)).toEqual([expect.stringMatching(objection)]);
  });

  it("may remove what it may not set", () => {
    expect(objections({ restore: null, system_images: { etcd: null }, authorization: null })).toEqual([]);
  });

  it("has no key of the inventory's by a name that every object has by birth", () => {
    const names = ["constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf"];
    const patch = Object.fromEntries(names.map((name) => [name, { [name]: 1 }]));
    expect(objectionsTo({ ...patch, services: patch, system_images: { constructor: "a:1" } })).toEqual([]);
  });

  it("of any shape is looked through without a crash", () => {
    for (const patch of [
      undefined,
      null,
      [],
      "text",
      7,
      { services: null },
      { services: { etcd: [] } },
      { system_images: "x" },
    ])
      expect(() => objectionsTo(patch)).not.toThrow();
  });
});
