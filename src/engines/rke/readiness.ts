import type { Cluster } from "../../core/cluster.ts";
import { isComplete } from "../../kube/is-complete.ts";
import { at, condition, type KubeObject, nameOf, textAt } from "../../kube/kube-object.ts";
import { nodeName } from "../../kube/node-name.ts";
import { isReady, type Snapshot } from "../../kube/snapshot.ts";

/** What a ready cluster still lacks, as short words for people; empty if nothing. */
export function lacking(cluster: Cluster, { nodes, deployments, daemonSets }: Snapshot): readonly string[] {
  const ready = new Set(nodes.filter(isReady).map(nameOf));
  const absent = cluster.hosts.map(nodeName).filter((name) => !ready.has(name));
  const parts = [...deployments, ...daemonSets].filter((part) => !isComplete(part)).map(nameOf);
  return [...absent.map((name) => `node ${name}`), ...parts];
}

/** Why the nodes are not yet what the inventory says: registered, with their roles, on the version, alive. */
export function wrongNodes(cluster: Cluster, version: string, { nodes }: Snapshot): readonly string[] {
  const byName = new Map(nodes.map((node) => [nameOf(node), node]));
  return cluster.hosts.flatMap((host) => {
    const node = byName.get(nodeName(host));
    if (node === undefined) return [`${host.name} is not a node`];
    const missing = host.roles.filter(
      (role) => at(node, "metadata", "labels", `node-role.kubernetes.io/${role}`) === undefined,
    );
    if (missing.length > 0) return [`${host.name} is not ${missing.join(" and ")}`];
    const runs = textAt(node, "status", "nodeInfo", "kubeletVersion");
    if (runs !== kubeletVersion(version)) return [`${host.name} runs ${runs}`];
    return isSilent(node) ? [`the kubelet of ${host.name} does not report`] : [];
  });
}

/** Kubernetes calls a node's state Unknown once its kubelet has not reported for 40 s: it stands still, or its container is gone. */
function isSilent(node: KubeObject): boolean {
  const ready = condition(node, "Ready");
  return ready !== undefined && textAt(ready, "status") === "Unknown";
}

/** `v1.32.3-rancher1-1` runs kubelets that call themselves `v1.32.3`. */
export function kubeletVersion(kubernetesVersion: string): string {
  return kubernetesVersion.replace(/-rancher.*$/, "");
}
