import { dirname, join, resolve } from "node:path";
import type { ClusterPaths } from "../core/cluster.ts";

/** Drover's own folder, `.drover/` beside the inventory, so that both can be kept together. Absolute. */
export function droverFolder(inventoryPath: string): string {
  return join(dirname(resolve(inventoryPath)), ".drover");
}

/** Where the journals of all runs with this inventory lie. Absolute. */
export function runsFolder(inventoryPath: string): string {
  return join(droverFolder(inventoryPath), "runs");
}

/** Where a cluster's files lie, below Drover's own folder; and programs in `cache`, which is Drover's for all clusters. */
export function clusterPaths(inventoryPath: string, cluster: string, cache: string): ClusterPaths {
  const root = droverFolder(inventoryPath);
  const dir = join(root, cluster);
  return {
    dir,
    clusterYml: join(dir, "cluster.yml"),
    state: join(dir, "cluster.rkestate"),
    kubeconfig: join(dir, "kube_config_cluster.yml"),
    backups: join(dir, "backups"),
    lock: join(dir, "lock"),
    toolsLock: join(dir, "tools.lock"),
    bin: join(dir, "bin"),
    programs: join(cache, "programs"),
    runs: runsFolder(inventoryPath),
  };
}
