import type { Cluster, ClusterPaths } from "../../core/cluster.ts";
import { noProxy } from "../../core/proxy.ts";
import { type Sh, sh } from "../../core/shell.ts";

/** What a command against the cluster needs to know. */
export interface KubeAccess {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
}

/**
 * A kubectl command line against this cluster and no other, whatever KUBECONFIG says. A dead API server is given up after
 * 5 s. With an HTTP proxy in the environment, the hosts' own addresses still go directly.
 */
export function kubectl({ cluster, paths }: KubeAccess, args: Sh): Sh {
  return sh`${directly(cluster)} ${cluster.tools.kubectl} --kubeconfig ${paths.kubeconfig} --request-timeout 5s ${args}`;
}

/** A NO_PROXY assignment, to stand before a command: what is in the cluster is never asked for through a proxy. */
export function directly(cluster: Cluster): Sh {
  const all = noProxy(cluster, "control").join(",");
  return sh`NO_PROXY="$NO_PROXY,$no_proxy,"${all}`;
}
