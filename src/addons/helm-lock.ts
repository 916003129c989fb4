import type { ClusterPaths } from "../core/cluster.ts";
import type { Sh } from "../core/shell.ts";
import { holdLock } from "../kube/hold-lock.ts";

/** Takes the lock that every helm of Drover on this release holds, and every proof of what it installed. */
export function lockRelease(paths: ClusterPaths, release: string): Sh {
  return holdLock(`${paths.dir}/helm-${release}.lock`, "helm");
}
