import { daysLeft, warnDays } from "./certificates.ts";
import { type EtcdMember, isMemberOn } from "./etcd-member.ts";
import type { HostHealth } from "./host-health.ts";

/** etcd stops taking writes at 2 GiB, its default quota (etcd.io, system limits); four fifths of that are worth a word. */
const largeBytes = 0.8 * 2 * 1024 ** 3;

/** The members of etcd as the first host that knows them sees them. */
export function membersOf(hosts: readonly HostHealth[]): readonly EtcdMember[] {
  return hosts.find(({ members }) => members !== undefined)?.members ?? [];
}

/** The hosts that answered and whose member of etcd is not healthy. */
export function hostsOfSickMembers(hosts: readonly HostHealth[]): readonly HostHealth[] {
  const sick = membersOf(hosts).filter(({ healthy }) => !healthy);
  return hosts.filter(({ host }) => sick.some((member) => isMemberOn(host, member)));
}

/** What a person should know of the cluster's health, one sentence each. `now` is in ms since the epoch. */
export function healthProblems(hosts: readonly HostHealth[], now: number): readonly string[] {
  return [...hosts.flatMap(componentProblems), ...etcdProblems(hosts), ...certificateProblems(hosts, now)];
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

function etcdProblems(hosts: readonly HostHealth[]): readonly string[] {
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
      .filter(({ bytes = 0 }) => bytes > largeBytes)
      .map(
        ({ address, bytes = 0 }) =>
          `etcd: ${Math.round(bytes / 1_000_000)} MB at ${address}; at 2147 MB it stops taking writes`,
      ),
  ];
}

/** The soonest of each host alone: where one ends, its neighbours mostly do too. */
function certificateProblems(hosts: readonly HostHealth[], now: number): readonly string[] {
  return hosts.flatMap(({ host, certificates }) => {
    const [first] = certificates.toSorted((a, b) => a.endsAt - b.endsAt);
    const days = first === undefined ? warnDays : daysLeft(first.endsAt, now);
    if (first === undefined || days >= warnDays) return [];
    const when = days < 0 ? "has ended" : `ends in ${days} days`;
    return [`${host.name}: the certificate ${first.name} ${when}; \`drover certs rotate\` renews it`];
  });
}
