import type { RkeSettings } from "../../../core/rke.ts";
import { daysLeft, warnDays } from "./certificates.ts";
import { type EtcdMember, isMemberOn } from "./etcd-member.ts";
import type { HostHealth } from "./host-health.ts";

/** etcd's quota where it is given none: 2 GiB (etcd.io, system limits). */
const usualQuota = 2 * 1024 ** 3;

/**
 * The size in bytes at which etcd stops taking writes, by its flag or its variable in the inventory; Infinity where that is below
 * zero, which switches the quota off (etcd v3.5, server/storage/quota.go). The flag wins over the variable.
 */
export function etcdQuota({ extraArgs, extraEnv }: Pick<RkeSettings, "extraArgs" | "extraEnv">): number {
  const given = Number(extraArgs["etcd"]?.["quota-backend-bytes"] ?? extraEnv["etcd"]?.["ETCD_QUOTA_BACKEND_BYTES"]);
  return given < 0 ? Number.POSITIVE_INFINITY : given > 0 ? given : usualQuota;
}

/** The members of etcd as the first host that knows them sees them. */
export function membersOf(hosts: readonly HostHealth[]): readonly EtcdMember[] {
  return hosts.find(({ members }) => members !== undefined)?.members ?? [];
}

/** The hosts that answered and whose member of etcd is not healthy. */
export function hostsOfSickMembers(hosts: readonly HostHealth[]): readonly HostHealth[] {
  const sick = membersOf(hosts).filter(({ healthy }) => !healthy);
  return hosts.filter(({ host }) => sick.some((member) => isMemberOn(host, member)));
}

/** What a person should know of the cluster's health, one sentence each. `now` is in ms since the epoch, `quota` etcd's in bytes. */
export function healthProblems(hosts: readonly HostHealth[], now: number, quota = usualQuota): readonly string[] {
  return [...hosts.flatMap(componentProblems), ...etcdProblems(hosts, quota), ...certificateProblems(hosts, now)];
}

/** A machine without any of them was installed anew, or is another one. */
function componentProblems({ host, components }: HostHealth): readonly string[] {
  const anew = `if this machine was installed anew: \`drover node replace ${host.name}\``;
  if (components === undefined) return [`${host.name}: Docker does not answer; ${anew}`];
  if (components.every(({ state }) => state === "missing")) {
    return [`${host.name}: none of Kubernetes' own programs is there; ${anew}`];
  }
  return components
    .filter(({ state }) => state !== "running")
    .map(({ name, state }) => `${host.name}: ${name} is ${state}${state === "missing" ? `; ${makeAnew}` : ""}`);
}

/**
 * rke makes what is not there (docker.go, DoRunContainer), but the nodes, of which `drover up` asks whether rke has work, do not
 * tell of it: the file that differs does.
 */
export const makeAnew =
  "to make it anew, remove cluster.yml from the cluster's folder in .drover, which Drover writes again, and run `drover up`";

function etcdProblems(hosts: readonly HostHealth[], quota: number): readonly string[] {
  const members = membersOf(hosts);
  const still = hosts.filter(({ components = [] }) =>
    components.some(({ name, state }) => name === "etcd" && state !== "running"),
  );
  const isTold = (member: EtcdMember) => still.some(({ host }) => isMemberOn(host, member));
  const isAsked = hosts.some(({ host }) => host.roles.includes("etcd"));
  return [
    ...(isAsked && members.length === 0 ? ["etcd does not answer on any host"] : []),
    ...members
      .filter((member) => !member.healthy && !isTold(member))
      .map(({ address, because }) => `etcd: the member at ${address} is not healthy${because ? `: ${because}` : ""}`),
    ...members
      .filter(({ bytes = 0 }) => bytes > 0.8 * quota)
      .map(({ address, bytes = 0 }) => `etcd: ${inMB(bytes)} at ${address}; at ${inMB(quota)} it stops taking writes`),
  ];
}

function inMB(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

/** The soonest of each host alone: where one ends, its neighbours mostly do too. */
function certificateProblems(hosts: readonly HostHealth[], now: number): readonly string[] {
  return hosts.flatMap(({ host, certificates }) => {
    const [first] = certificates.toSorted((a, b) => a.endsAt - b.endsAt);
    const days = first === undefined ? warnDays : daysLeft(first.endsAt, now);
    if (first === undefined || days >= warnDays) return [];
    const when = days < 0 ? "has ended" : `ends in ${days === 1 ? "1 day" : `${days} days`}`;
    return [`${host.name}: the certificate ${first.name} ${when}; \`drover certs rotate\` renews it`];
  });
}
