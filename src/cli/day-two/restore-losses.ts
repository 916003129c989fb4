import { isForeign, type SnapshotOrigin } from "../../engines/rke/day-two/snapshot-origin.ts";
import { duration } from "../../view/duration.ts";

/** A restore that is thought of. */
export interface ThoughtOf {
  /** When the snapshot was taken and what time it is, in ms since the epoch; clocks may differ. */
  readonly takenAt: number;
  readonly now: number;
  readonly origin: SnapshotOrigin;
  /** The Kubernetes that the inventory wants. */
  readonly wanted: string;
  /** The authorities of the cluster as it is, as PEM; none if they are not known. */
  readonly authorities: readonly string[];
}

/** What is lost by it, line by line. Pure. */
export function restoreLosses({ takenAt, now, origin, wanted, authorities }: ThoughtOf): readonly string[] {
  const age = duration(Math.max(0, now - takenAt));
  return [
    `all that was written to the cluster after ${new Date(takenAt).toISOString()} (${age} ago)`,
    "every pod is ended and started again; files of volumes on the hosts stay as they are",
    ...(isForeign(origin, authorities)
      ? [
          "the cluster's authority and keys: the snapshot is of another cluster, or of this one before it was made anew; kubeconfigs and tokens of today end",
        ]
      : []),
    ...(origin.version === undefined ? [`not known: whether it was taken of Kubernetes ${wanted}`] : []),
  ];
}
