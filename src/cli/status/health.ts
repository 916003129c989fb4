import { daysLeft } from "../../engines/rke/day-two/certificates.ts";
import { membersOf } from "../../engines/rke/day-two/health-problems.ts";
import type { HostHealth } from "../../engines/rke/day-two/host-health.ts";
import { snapshotsOf } from "../../engines/rke/day-two/snapshot-files.ts";
import type { ClusterHealth } from "../../view/status.ts";

/** The health of the cluster from what its hosts say; undefined if none says anything. */
export function clusterHealth(hosts: readonly HostHealth[], now: number): ClusterHealth | undefined {
  if (hosts.length === 0) return undefined;
  const certificates = hosts.flatMap(({ host, certificates: own }) => own.map((one) => ({ ...one, host: host.name })));
  const [first] = certificates.toSorted((a, b) => a.endsAt - b.endsAt);
  const [snapshot] = snapshotsOf(hosts.map(({ host, snapshots }) => ({ host, files: snapshots })));
  return {
    components: hosts.flatMap(({ host, components }) =>
      (components ?? []).map(({ name, state }) => ({ host: host.name, name, state })),
    ),
    etcd: membersOf(hosts),
    lastSnapshot: snapshot && { name: snapshot.name, takenAt: snapshot.takenAt, hosts: snapshot.hosts },
    certificate: first && {
      name: first.name,
      host: first.host,
      endsAt: first.endsAt,
      daysLeft: daysLeft(first.endsAt, now),
    },
  };
}
