import type { RkeSnapshots } from "../../../core/rke.ts";
import type { HostHealth } from "./host-health.ts";
import { snapshotsOf } from "./snapshot-files.ts";

const hourMs = 60 * 60_000;

/**
 * Whether the snapshots are taken that the inventory wants, in a sentence if not. One may be missed: RKE counts the hours anew
 * whenever its container restarts. `since` is when the cluster was made, as far as its nodes tell, `now` the time, both in ms.
 */
export function snapshotProblems(
  hosts: readonly HostHealth[],
  { enabled, everyHours }: RkeSnapshots,
  since: number | undefined,
  now: number,
): readonly string[] {
  const asked = hosts.filter(({ host }) => host.roles.includes("etcd"));
  if (!enabled || asked.length === 0) return [];
  const [last] = snapshotsOf(asked.map(({ host, snapshots }) => ({ host, files: snapshots })));
  const late = (from: number): boolean => now - from > 2 * everyHours * hourMs;
  const wanted = `the inventory wants one every ${hours(everyHours)}`;
  const seeWhy = "`docker logs etcd-rolling-snapshots` on an etcd host tells why";
  if (last === undefined) {
    return since !== undefined && late(since) ? [`etcd: there is no snapshot, and ${wanted}; ${seeWhy}`] : [];
  }
  const age = hours(Math.floor((now - last.takenAt) / hourMs));
  return late(last.takenAt) ? [`etcd: the last snapshot, ${last.name}, is ${age} old, and ${wanted}; ${seeWhy}`] : [];
}

function hours(count: number): string {
  if (count >= 48) return `${Math.floor(count / 24)} days`;
  return count === 1 ? "hour" : `${count} hours`;
}
