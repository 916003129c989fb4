import { at, type KubeObject, nameOf, textAt } from "../../kube/kube-object.ts";
import type { Snapshot } from "../../kube/snapshot.ts";
import { kubeletVersion } from "./readiness.ts";
import type { RkeState } from "./rke-state.ts";

type KnownState = Extract<RkeState, { kind: "known" }>;

/**
 * How the cluster has moved on from a state, as a sentence; undefined if it has not. Nodes that RKE made carry their address
 * (k8s/node.go of rke): one that the state does not know was added after it. So was a version that it does not know.
 */
export function movedOn({ nodes }: Snapshot, state: KnownState): string | undefined {
  const stranger = nodes.find((node) => {
    const own = rkeAddresses(node);
    return own.length > 0 && !own.some((address) => state.everyAddress.includes(address));
  });
  if (stranger !== undefined) return `the cluster has a node that it does not know: ${nameOf(stranger)}`;
  const newest = state.versions.map(kubeletVersion).toSorted(byVersion).at(-1);
  if (newest === undefined) return undefined;
  const newer = nodes.find((node) => byVersion(textAt(node, "status", "nodeInfo", "kubeletVersion"), newest) > 0);
  if (newer === undefined) return undefined;
  return `it is of Kubernetes ${newest}, and ${nameOf(newer)} runs ${textAt(newer, "status", "nodeInfo", "kubeletVersion")}`;
}

function rkeAddresses(node: KubeObject): readonly string[] {
  return ["external", "internal"].flatMap((side) => {
    const address = at(node, "metadata", "annotations", `rke.cattle.io/${side}-ip`);
    return typeof address === "string" && address !== "" ? [address] : [];
  });
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
