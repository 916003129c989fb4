import type { Host } from "../../../core/cluster.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../../../core/step.ts";
import { etcdMembers, quorumOf } from "./etcd-health.ts";
import { type EtcdMember, isMemberOn } from "./etcd-member.ts";
import { waitForEtcd } from "./etcd-wait.ts";

/** etcd keeps its quorum without the member that is to go, and has it now: removing one is itself a vote. */
export function quorumStep(leaving: Host): AnyStep {
  return defineStep({
    id: "etcd/quorum",
    title: `Keep etcd's quorum without ${leaving.name}`,
    appliesTo: (host) => host.roles.includes("etcd") && host.name !== leaving.name,
    probes: (host) => ({ members: etcdMembers(host) }),
    decide: ({ members }) => quorumWithout(leaving, members),
  });
}

/** The decision on what the members say. */
export function quorumWithout(leaving: Host, members: readonly EtcdMember[] | undefined): Decision {
  if (members === undefined) return lost("etcd does not answer on this host");
  const healthy = members.filter((member) => member.healthy);
  const sick = members.filter((member) => !member.healthy).map(({ address }) => address);
  const silent = sick.length === 0 ? "" : `; not healthy: ${sick.join(", ")}`;
  if (healthy.length < quorumOf(members.length)) {
    return lost(`only ${healthy.length} of ${members.length} members of etcd are healthy${silent}`);
  }
  // It is no member any more: an earlier run took it out.
  const others = members.filter((member) => !isMemberOn(leaving, member));
  const left = others.filter((member) => member.healthy).length;
  if (left >= quorumOf(others.length)) return ok;
  return lost(`without ${leaving.name} only ${left} of ${others.length} members of etcd would be healthy${silent}`);
}

function lost(because: string): Decision {
  return {
    kind: "blocked",
    code: "etcd/no-quorum",
    because,
    remedy: "Bring the other members back first: `drover status` names them, `docker logs etcd` on the host says why.",
  };
}

/** etcd has as many members as the inventory has etcd hosts, and all are healthy: waited for, as a new one catches up first. */
export function settledStep(expected: readonly Host[]): AnyStep {
  const names = new Set(expected.map(({ name }) => name));
  return defineStep({
    id: "etcd/settled",
    title: "All members of etcd are healthy",
    appliesTo: (host) => names.has(host.name),
    probes: (host) => ({ members: etcdMembers(host) }),
    decide: ({ members = [] }) => {
      if (members.length !== expected.length) {
        const because = `etcd has ${members.length} members, and ${expected.length} are wanted`;
        return { kind: "later", after: "rke/up", because };
      }
      if (members.every((member) => member.healthy)) return ok;
      return {
        kind: "change",
        changes: [{ summary: "wait until all members of etcd are healthy", actions: [waitForEtcd("all")] }],
      };
    },
  });
}
