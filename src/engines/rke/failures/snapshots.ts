import type { KnownFailure } from "../../../core/step.ts";
import { last } from "./row.ts";

/** Snapshots of etcd. */
export const snapshots: readonly KnownFailure[] = [
  last(
    /[Ff]ailed to upload etcd snapshot file to s3 on (host \[.+?\]|all etcd hosts)/,
    "the snapshot does not get into the bucket from $1",
    "Check rke.etcd.snapshots.s3: endpoint, bucket, region, keys, the endpoint's authority; and the hosts' way there.",
  ),
  last(
    /[Ff]ailed to (get snapshot \[.+?\] from s3|download etcd snapshot from s3)(.*?)"/,
    "the snapshot cannot be fetched from the bucket: $1$2",
    "Check its name with the bucket's own tools, and rke.etcd.snapshots.s3 in the inventory.",
  ),
  last(
    /(?:[Ff]ailed to take (?:one-time snapshot on host \[(.+?)\], exit code \[\d+\]|snapshot on all etcd hosts)): (.*?)"/,
    "etcd makes no snapshot: $2",
    "The etcd hosts must be healthy, and have room in /opt/rke/etcd-snapshots.",
  ),
  last(
    /etcd is not running on host \[(.+?)\]/,
    "etcd does not run on $1",
    "Run `drover up`; it starts what stands still.",
  ),
  last(
    /Unable to find statefile in snapshot \[(.+?)\]/,
    "the snapshot $1 holds no state of RKE",
    "Restore it with the cluster.rkestate of its day, from the backups.",
  ),
  last(/you must specify the snapshot name/, "no snapshot was named", "Name one of those that are there."),
  last(
    /etcd snapshots are not consistent/,
    "the etcd hosts hold different snapshots of this name",
    "Copy the one that you trust over the others in /opt/rke/etcd-snapshots.",
  ),
  last(
    /(?:failed to start backup server on all etcd nodes|failed to prepare backup for restore|Failed to (?:run backup server container|download etcd snapshot from backup server))[^"\n]*/,
    "no etcd host hands out the snapshot",
    "It must lie in /opt/rke/etcd-snapshots of an etcd host, under the very name, and port 2379 be open between them.",
  ),
  last(
    /(?:Failed to restore etcd snapshot|Failed to run etcd restore container)[^"\n]*?: (.*?)"/,
    "etcd does not take the snapshot: $1",
    "Nothing of it is lost: try an older one, or look at the restore's own words above.",
  ),
  last(
    /(?:Failed to remove snapshot \[(.+?)\]|Error output not nil from snapshot checksum container)[^"\n]*?: (.*?)"/,
    "a snapshot on the hosts cannot be worked on: $2",
    "Look at /opt/rke/etcd-snapshots there, and at the disk.",
  ),
  last(
    /Failed to run certificate bundle compress, exit status is: (\d+)/,
    "the certificates cannot be packed beside the snapshots ($1)",
    "Look whether /opt/rke/etcd-snapshots has room.",
  ),
];
