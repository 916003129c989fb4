import { describe, expect, it } from "vitest";
import type { Role } from "../../src/core/cluster.ts";
import { clusterDocument } from "../../src/engines/rke/cluster-yml.ts";
import { imagesFor, toolsImage, versionsKnown } from "../../src/engines/rke/images.ts";
import { host, templates, withRke } from "./support/rke-world.ts";

const plugins = ["canal", "flannel", "calico", "weave", "none"] as const;
const roles: readonly (readonly Role[])[] = [
  ["worker"],
  ["etcd"],
  ["controlplane"],
  ["controlplane", "etcd"],
  ["controlplane", "etcd", "worker"],
];
const documentOf = (version: string, plugin: string, more: Parameters<typeof withRke>[0] = {}) =>
  clusterDocument(withRke({ kubernetesVersion: version, network: { plugin, options: {} }, ...more }), templates);
const names = (images: readonly string[]) => images.map((image) => /([^/]+)(?::[^:]+)$/.exec(image)?.[1]);

/** What each host has, by the plugin; RKE's tools are one image under several keys. */
const everywhere = ["hyperkube", "mirrored-pause", "rke-tools"];
const ofNetwork = {
  canal: ["calico-cni", "mirrored-calico-node", "mirrored-calico-pod2daemon-flexvol", "mirrored-flannel-flannel"],
  flannel: ["flannel-cni", "mirrored-flannel-flannel"],
  calico: ["calico-cni", "mirrored-calico-node", "mirrored-calico-pod2daemon-flexvol"],
  weave: [],
  none: [],
} as const;
const ofWorkers = [
  ...["mirrored-cluster-proportional-autoscaler", "mirrored-coredns-coredns", "mirrored-metrics-server"],
  ...["nginx-ingress-controller", "mirrored-ingress-nginx-kube-webhook-certgen"],
];

describe.each(versionsKnown())("the images of Kubernetes %s", (version) => {
  it("are those of the host's roles with every network plugin, each with its tag", () => {
    for (const plugin of plugins)
      for (const role of roles) {
        const images = imagesFor(documentOf(version, plugin), host("x", { roles: role }));
        const wanted = [
          ...everywhere,
          ...ofNetwork[plugin],
          ...(role.includes("etcd") ? ["mirrored-coreos-etcd"] : []),
          ...(role.includes("worker") ? ofWorkers : []),
          ...(role.includes("worker") && ["canal", "calico"].includes(plugin)
            ? ["mirrored-calico-kube-controllers"]
            : []),
        ];
        expect([plugin, role, names(images).toSorted()]).toEqual([plugin, role, wanted.toSorted()]);
        expect(images.filter((image) => !/^[\w.-]+\/[\w.-]+:[\w.-]+$/.test(image))).toEqual([]);
      }
  });

  it("have the tools that read a snapshot, which every host has", () => {
    const tools = toolsImage(documentOf(version, "canal"));
    expect(tools).toMatch(/^rancher\/rke-tools:v/);
    for (const role of roles)
      expect(imagesFor(documentOf(version, "none"), host("x", { roles: role }))).toContain(tools);
  });
});

describe("images that the cluster does not run", () => {
  const worker = host("x");
  const without = (more: Parameters<typeof withRke>[0]) =>
    names(imagesFor(documentOf("v1.32.3-rancher1-1", "none", more), worker));

  it("are not pulled: no ingress, no metrics server, no cluster DNS", () => {
    const all = [...everywhere, ...ofWorkers];
    expect(without({}).toSorted()).toEqual(all.toSorted());
    expect(without({ ingress: "none" })).not.toEqual(expect.arrayContaining(["nginx-ingress-controller"]));
    expect(without({ ingress: "none" })).toHaveLength(all.length - 2);
    expect(without({ clusterYml: { monitoring: { provider: "none" } } })).toHaveLength(all.length - 1);
    const { upstream, stubDomains, nodeLocal } = withRke({}).rke.dns;
    expect(without({ dns: { provider: "none", upstream, stubDomains, nodeLocal } })).toHaveLength(all.length - 2);
  });

  it("are not made up of a registry that is no default, or of a pinned name that is empty", () => {
    const registries = [{ url: "r:5000", is_default: false }, { url: "s:5000" }, 7, { is_default: true }];
    const document = { ...documentOf("v1.32.3-rancher1-1", "none"), private_registries: registries };
    expect(imagesFor(document, worker).filter((image) => !image.startsWith("rancher/"))).toEqual([]);
    const pinned = { ...document, system_images: { coredns: "", metrics_server: 7 } };
    expect(imagesFor(pinned, worker)).toEqual(imagesFor(document, worker));
    expect(imagesFor({ ...document, system_images: "x" }, worker)).toEqual(imagesFor(document, worker));
  });
});
