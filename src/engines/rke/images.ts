import type { Host } from "../../core/cluster.ts";
import { isMapping, type Mapping } from "../../core/mapping.ts";
import table from "./system-images.json" with { type: "json" };

/** Images by Kubernetes version and key of system_images; made from the real rke by scripts/rke-images.ts. */
const systemImages: Readonly<Record<string, Readonly<Record<string, string>>>> = table;

const everywhere = [
  "kubernetes",
  "alpine",
  "nginx_proxy",
  "cert_downloader",
  "kubernetes_services_sidecar",
  "pod_infra_container",
];

/** Images of a network plugin that run on every host, as daemon sets. */
const networkImages: Readonly<Record<string, readonly string[]>> = {
  canal: ["canal_node", "canal_cni", "canal_flannel", "canal_flexvol"],
  flannel: ["flannel", "flannel_cni"],
  calico: ["calico_node", "calico_cni", "calico_flexvol"],
};

/** Images that are scheduled somewhere: each worker gets them, whichever it will be. */
const workerImages: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  network: { calico: ["calico_controllers"], canal: ["canal_controllers"] },
  dns: { coredns: ["coredns", "coredns_autoscaler"] },
  monitoring: { "metrics-server": ["metrics_server"] },
  ingress: { nginx: ["ingress", "ingress_webhook"] },
};

/** The Kubernetes versions whose images are known, the newest first. */
export function versionsKnown(): readonly string[] {
  return Object.keys(systemImages).toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/** Whether it is known of which images this cluster is made. Else RKE pulls by itself, and tells less. */
export function imagesKnown(document: Mapping): boolean {
  return systemImages[String(document["kubernetes_version"])] !== undefined;
}

/** The images that `rke up` will want on a host, sorted, as Docker is to pull them. Empty if not known. */
export function imagesFor(document: Mapping, host: Host): readonly string[] {
  return imagesOf(document, keysFor(document, host));
}

function imagesOf(document: Mapping, keys: readonly string[]): readonly string[] {
  const known = systemImages[String(document["kubernetes_version"])];
  if (known === undefined) return [];
  const pinned = isMapping(document["system_images"]) ? document["system_images"] : {};
  const prefix = defaultRegistry(document);
  const images = keys.flatMap((key) => {
    // RKE takes a pinned image as it stands and prefixes its own with the default registry.
    const own = pinned[key];
    if (typeof own === "string" && own !== "") return [own];
    const image = known[key];
    return image === undefined ? [] : [prefix === undefined ? image : `${prefix}/${image}`];
  });
  return [...new Set(images)].sort();
}

/** The image of RKE's tools, which every node of the cluster has; undefined if it is not known. */
export function toolsImage(document: Mapping): string | undefined {
  return imagesOf(document, ["alpine"])[0];
}

function keysFor(document: Mapping, host: Host): readonly string[] {
  const network = choice(document, "network", "plugin");
  const keys = [...everywhere, ...(networkImages[network] ?? [])];
  if (host.roles.includes("etcd")) keys.push("etcd");
  if (!host.roles.includes("worker")) return keys;
  for (const [section, byChoice] of Object.entries(workerImages)) {
    keys.push(...(byChoice[choice(document, section, section === "network" ? "plugin" : "provider")] ?? []));
  }
  return keys;
}

function choice(document: Mapping, section: string, key: string): string {
  const settings = document[section];
  return isMapping(settings) ? String(settings[key]) : "";
}

function defaultRegistry(document: Mapping): string | undefined {
  const registries = document["private_registries"];
  if (!Array.isArray(registries)) return undefined;
  const first: unknown = registries.find((registry: unknown) => isMapping(registry) && registry["is_default"] === true);
  return isMapping(first) && typeof first["url"] === "string" ? first["url"] : undefined;
}
