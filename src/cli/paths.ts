import { dirname, join, resolve } from "node:path";
import type { ClusterPaths } from "../core/cluster.ts";

/** Where a cluster's files lie: `.drover/` beside its inventory, so that both can be kept together. */
export function clusterPaths(inventoryPath: string, cluster: string): ClusterPaths {
  const root = join(dirname(resolve(inventoryPath)), ".drover");
  const dir = join(root, cluster);
  return {
    dir,
    clusterYml: join(dir, "cluster.yml"),
    state: join(dir, "cluster.rkestate"),
    kubeconfig: join(dir, "kube_config_cluster.yml"),
    backups: join(dir, "backups"),
    lock: join(dir, "lock"),
    runs: join(root, "runs"),
  };
}
