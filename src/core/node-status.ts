/** Somebody has it take no new pods. */
export const cordoned = "cordoned";

/** A node of the cluster, as people ask for it: engines read it, views show it. */
export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  /** What keeps pods away from it though it is ready: `cordoned`, `DiskPressure`, `NetworkUnavailable`. */
  readonly limits: readonly string[];
  readonly roles: readonly string[];
  /** Of its kubelet. */
  readonly version: string;
  readonly internalIP: string;
}
