import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import type { Endpoint } from "../../src/core/cluster.ts";
import { clusterDocument, clusterYmlText } from "../../src/engines/rke/cluster-yml.ts";
import { dumpYaml } from "../../src/templates/yaml.ts";
import { chartSettings } from "../unit/support/addon-world.ts";
import { cluster, host, paths, templates, withRke } from "../unit/support/rke-world.ts";

const folder = import.meta.dirname;

const registry = { url: "10.0.0.9:5000", user: "puller", password: "s3cret", insecure: true, default: true };

const taints = [
  { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" },
  { key: "example.org/slow", value: "", effect: "PreferNoSchedule" },
] as const;

const bastion: Endpoint = {
  name: "b",
  address: "bastion.lan",
  port: 2200,
  user: "jump",
  keyPath: "/keys/jump",
  hostKey: undefined,
};

const clusters = {
  plain: cluster,
  "a-jump-host": { ...cluster, hosts: cluster.hosts.map((one) => ({ ...one, jump: [bastion] })) },
  // Every setting that reaches cluster.yml.
  everything: withRke(
    {
      network: { plugin: "flannel", options: { flannel_iface: "eno2" } },
      clusterCidr: "10.44.0.0/16",
      serviceCidr: "10.45.0.0/16",
      clusterDomain: "k8s.example.org",
      ingress: "none",
      addonJobTimeout: 300,
      extraArgs: { "kube-api": { "audit-log-maxage": "7" }, kubelet: { "max-pods": "200" }, kubeproxy: { v: "4" } },
      clusterYml: { authentication: { sans: ["api.example.org"] }, monitoring: null },
    },
    {
      name: "everything",
      hosts: [
        host("cp-a", { roles: ["controlplane", "etcd"], internalAddress: "192.168.0.1", port: 2222 }),
        host("gpu-b", { keyPath: "/keys/other", labels: { "example.org/rack": "r1", gpu: "yes" }, gpu: true, taints }),
      ],
      dns: { nameservers: ["10.0.0.53"], search: ["example.org"] },
      registries: [registry],
    },
  ),
};

describe("cluster.yml", () => {
  it.each(Object.entries(clusters))("of a cluster with %s is as written down", async (name, given) => {
    const text = clusterYmlText(clusterDocument(given, templates));
    await expect(text).toMatchFileSnapshot(join(folder, `cluster-yml/${name}.golden.yml`));
  });
});

describe("values of cert-manager", () => {
  it.each(["v1.11.5", "v1.20.3"])("%s are as written down", async (version) => {
    const settings = chartSettings({ version, values: { replicaCount: 2, webhook: { replicaCount: 3 } } });
    const { values } = certManagerRelease({ cluster, paths, templates }, settings);
    await expect(dumpYaml(values)).toMatchFileSnapshot(join(folder, `values/cert-manager-${version}.golden.yaml`));
  });
});
