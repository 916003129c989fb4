import type { ClusterPaths } from "../../core/cluster.ts";
import type { Decision } from "../../core/step.ts";
import type { RkeSetup } from "./setup.ts";

/** From where a state could be had again. */
export interface Found {
  /** The newest whole copy among the backups. */
  readonly copy: string | undefined;
  /** Whether the cluster answers: it keeps a copy too. */
  readonly answers: boolean;
}

/** How to get a state back: from the newest copy, from the cluster itself, or from where it was made. */
function wayBack({ cluster, paths }: RkeSetup, { copy, answers }: Found): string {
  if (copy !== undefined) return `put the newest copy back: cp -p ${copy} ${paths.state}`;
  const fetch = `cd ${paths.dir} && ${cluster.tools.rke} util get-state-file --config ${paths.clusterYml}`;
  if (answers) return `the cluster keeps a copy, which you get with: ${fetch}`;
  return `copy ${paths.dir} from the machine on which the cluster was made.`;
}

/** The state is not there, but a cluster is. */
export function stateMissing(setup: RkeSetup, there: string, found: Found): Decision {
  return {
    kind: "blocked",
    code: "cluster/state-missing",
    because: `${there}, but RKE's state ${setup.paths.state} is missing; rke would make new certificates and break the cluster`,
    remedy: `If the cluster is to go: \`drover reset\`. Else: ${wayBack(setup, found)}`,
  };
}

/** The state is cut off, or no state at all. */
export function stateCorrupt(setup: RkeSetup, there: string | undefined, found: Found): Decision {
  const never = found.copy === undefined && there === undefined;
  return {
    kind: "blocked",
    code: "cluster/state-corrupt",
    because: `RKE's state ${setup.paths.state} cannot be read; rke would take it for an empty one and make new certificates`,
    remedy: never
      ? "There is no copy, so no cluster was ever completed: `drover reset`, then `drover up`."
      : `If the cluster is still there, ${wayBack(setup, found)}`,
  };
}

/** The cluster was changed after this state was written. */
export function stateOld(setup: RkeSetup, moved: string): Decision {
  const { paths, cluster } = setup;
  return {
    kind: "blocked",
    code: "cluster/state-old",
    because: `RKE's state ${paths.state} is older than the cluster: ${moved}`,
    remedy: `Copy it from where the cluster was changed last; or get the cluster's own: cd ${paths.dir} && ${cluster.tools.rke} util get-state-file --config ${paths.clusterYml}`,
  };
}

/** State and kubeconfig are of two clusters. */
export function kubeconfigForeign(paths: ClusterPaths): Decision {
  return {
    kind: "blocked",
    code: "cluster/state-foreign",
    because: `${paths.kubeconfig} is of another cluster than RKE's state ${paths.state}: they know different authorities`,
    remedy: `Put both back from ${paths.backups}, of the same time; or take the kubeconfig away, and rke writes it anew.`,
  };
}

/** The state is that of other hosts. */
export function stateForeign(paths: ClusterPaths, addresses: readonly string[]): Decision {
  return {
    kind: "blocked",
    code: "cluster/state-foreign",
    because: `RKE's state ${paths.state} belongs to other hosts: ${addresses.join(", ")}`,
    remedy: "Give this cluster a name of its own in the inventory, or put the addresses right.",
  };
}
