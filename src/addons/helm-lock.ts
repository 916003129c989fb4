import type { ClusterPaths } from "../core/cluster.ts";
import type { Sh } from "../core/shell.ts";
import { holdLock } from "../engines/rke/hold-lock.ts";

/** Takes the lock that every helm of Drover on this cluster holds, and every proof of what helm installed. */
export function lockHelm(paths: ClusterPaths): Sh {
  return holdLock(`${paths.dir}/helm.lock`, "helm");
}
