import type { Cluster } from "../../core/cluster.ts";
import { at, nameOf, textAt } from "../../kube/kube-object.ts";
import { nodeName } from "../../kube/node-name.ts";
import { isReady, type Snapshot } from "../../kube/snapshot.ts";
import type { RkeState } from "./rke-state.ts";

/** The job that deploys the pods' network; its completed pod stays in the cluster. */
const networkJob = "rke-network-plugin-deploy-job";

/**
 * Whether an earlier `rke up` ended between the control plane and the network. RKE has then recorded a cluster, so each
 * further `rke up` first waits for Ready nodes, which wait for the network that would come later: it never gets out.
 * A cluster that once worked is not taken for one: there the job has succeeded, or some node is Ready.
 */
export function isHalfMade(cluster: Cluster, plugin: string, state: RkeState, snapshot: Snapshot | undefined): boolean {
  if (state.kind !== "known" || !state.hasCurrent || snapshot === undefined || plugin === "none") return false;
  const wanted = new Set(cluster.hosts.map(nodeName));
  if (snapshot.nodes.some((node) => wanted.has(nameOf(node)) && isReady(node))) return false;
  return !snapshot.pods.some(
    (pod) => at(pod, "metadata", "labels", "job-name") === networkJob && textAt(pod, "status", "phase") === "Succeeded",
  );
}
