import type { ClusterHealth } from "../../../core/cluster-health.ts";
import type { EngineHealth } from "../../engine.ts";
import { daysLeft } from "./certificates.ts";
import { etcdQuota, healthProblems, hostsOfSickMembers, membersOf } from "./health-problems.ts";
import { type HostHealth, healthQuestions, readHealth } from "./host-health.ts";
import { memberStepId } from "./member-step.ts";
import { snapshotsOf } from "./snapshot-files.ts";
import { snapshotProblems } from "./snapshot-problems.ts";

/** RKE's components and certificates, etcd and its snapshots. */
export const rkeHealth: EngineHealth = {
  questions: healthQuestions,
  read: ({ rke }, asked, { now, since }) => {
    const hosts = asked.map(({ host, answers }) => readHealth(host, answers));
    return {
      health: clusterHealth(hosts, now),
      hasTraces: hosts.some(hasTraces),
      problems: [
        ...healthProblems(hosts, now, etcdQuota(rke)),
        ...snapshotProblems(hosts, rke.etcd.snapshots, since, now),
      ],
      told: new Map(hostsOfSickMembers(hosts).map(({ host }) => [host.name, memberStepId])),
    };
  },
};

/** Containers that are there though none runs, certificates, snapshots: each is left by a cluster. */
function hasTraces({ components = [], certificates, snapshots }: HostHealth): boolean {
  return components.some(({ state }) => state !== "missing") || certificates.length > 0 || snapshots.length > 0;
}

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
