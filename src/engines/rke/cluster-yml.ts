import type { Cluster } from "../../core/cluster.ts";
import { isMapping, type Mapping } from "../../core/mapping.ts";
import { type Templates, templateText } from "../../templates/load.ts";
import { mergePatch } from "../../templates/merge-patch.ts";
import { dumpYaml, parseSkeleton } from "../../templates/yaml.ts";
import { bastionOf } from "./bastion.ts";
import { dnsOf, ingressOf, networkOf, upgradeOf } from "./cluster-yml-network.ts";
import { servicesOf } from "./cluster-yml-services.ts";
import { nodesOf, sshKeysOf } from "./nodes.ts";

/** The skeleton's name in the templates folder. */
export const clusterYmlTemplate = "cluster.yml";

/**
 * cluster.yml as data: the skeleton, what the inventory computes to, then the inventory's own patch, which wins.
 * @throws DroverError `template/mismatch` if the skeleton is missing or no mapping
 */
export function clusterDocument(cluster: Cluster, templates: Templates): Mapping {
  const skeleton = parseSkeleton(templateText(templates, clusterYmlTemplate), clusterYmlTemplate);
  const patched = mergePatch(mergePatch(skeleton, computed(cluster)), cluster.rke.clusterYml);
  return withoutEmpty(patched);
}

/** The text of cluster.yml: the same inventory always gives the same bytes. It may hold registry passwords. */
export function clusterYmlText(document: Mapping): string {
  return dumpYaml(document, [
    "Made by Drover from the inventory, and overwritten by `drover up`: change the inventory instead.",
    "What the inventory has no key for goes under rke.clusterYml there.",
  ]);
}

function computed(cluster: Cluster): Mapping {
  const { rke } = cluster;
  return {
    cluster_name: cluster.name,
    kubernetes_version: rke.kubernetesVersion,
    addon_job_timeout: rke.addonJobTimeout,
    ...sshKeysOf(cluster.hosts).cluster,
    bastion_host: bastionOf(cluster),
    nodes: nodesOf(cluster.hosts),
    services: servicesOf(cluster),
    authentication: { sans: sansOf(cluster) },
    network: networkOf(rke.network),
    ingress: ingressOf(rke),
    dns: dnsOf(cluster),
    upgrade_strategy: upgradeOf(rke.upgrade),
    private_registries: registries(cluster),
    addons_include: rke.manifests,
  };
}

/** The names of the API's certificate, besides those of the hosts. */
function sansOf({ rke, addons }: Cluster): readonly string[] {
  const { address, sans } = rke.api;
  const virtual = addons.kubeVip?.address;
  return [...new Set([address?.replace(/:\d+$/, ""), virtual, ...sans])].filter((one) => one !== undefined);
}

/** RKE prefixes all system images with the first registry that says is_default. */
function registries(cluster: Cluster): readonly Mapping[] {
  return cluster.registries
    .filter((registry) => registry.default || registry.user !== undefined)
    .map(({ url, user, password, default: isDefault }) => ({
      url,
      user,
      password,
      is_default: isDefault ? true : undefined,
    }));
}

/** Leaves out what says nothing: empty mappings, empty lists, undefined. A short file is read. */
function withoutEmpty(mapping: Mapping): Mapping {
  const entries = Object.entries(mapping).map(([key, value]) => [key, isMapping(value) ? withoutEmpty(value) : value]);
  return Object.fromEntries(entries.filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
