import type { KnownFailure } from "../../../core/step.ts";
import { last, row } from "./row.ts";

/** etcd and its members. */
export const etcd: readonly KnownFailure[] = [
  row(
    /etcd cluster is unhealthy: hosts \[(.*?)\]/,
    "etcd does not come up on $1",
    "Look at `docker logs etcd` there: old data in /var/lib/etcd, a closed port 2380, a slow disk or a wrong clock.",
  ),
  row(
    /Etcd plane nodes are replaced/,
    "all etcd hosts changed at once",
    "Bring the old ones back into the inventory and exchange them one at a time, or restore a snapshot.",
  ),
  row(
    /member .{0,40}has already been bootstrapped/,
    "a host joins etcd with data of its earlier life",
    "Clean it: `drover reset --hosts` of it, or empty /var/lib/etcd there. Then run `drover up` again.",
  ),
  last(
    /Failed to add etcd member \[etcd-(.+?)\]/,
    "$1 cannot join etcd",
    "The members there must be healthy (`drover status`) and reach its port 2380; old data in its /var/lib/etcd must go.",
  ),
  last(
    /failed to delete etcd member \[etcd-(.+?)\]/,
    "$1 cannot be taken out of etcd",
    "More than half of the members must be healthy: look at `drover status`. Then run `drover up` again.",
  ),
  last(
    /(Adding or removing Etcd nodes is not supported|Failed to reconcile etcd plane: .*?)"/,
    "rke cannot change etcd's members: $1",
    "Change one at a time, while all others are healthy.",
  ),
  last(
    /(?:etcd\] host \[(.+?)\] (?:failed to check|reported healthy)|failed to (?:get|read response of|unmarshal response of) \/health for host \[(.+?)\]|failed to create etcd tls config for host \[(.+?)\])/,
    "etcd on $1$2$3 does not say that it is healthy",
    "Look at `docker logs etcd` there: a closed port 2379, a slow disk, a wrong clock, certificates of another cluster.",
  ),
];
