import type { Cluster, Host } from "../../../core/cluster.ts";
import { type AnyStep, type Decision, defineStep, ok, type Stage } from "../../../core/step.ts";
import type { AroundUp } from "../../engine.ts";
import { etcdMembers } from "./etcd-health.ts";
import { type EtcdMember, isMemberOn } from "./etcd-member.ts";
import { settledStep } from "./quorum-step.ts";

/**
 * What is made sure of where hosts join etcd: its members are all healthy before, and all of them, the new ones too, afterwards.
 * rke itself is content with one of them (rke v1.8.1, services/etcd.go). Nothing, if none of the hosts has that role.
 */
export function joinStages({ hosts }: Pick<Cluster, "hosts">, joining: readonly Host[]): AroundUp {
  const members = hosts.filter(({ roles }) => roles.includes("etcd"));
  const added = members.filter(({ name }) => joining.some((host) => host.name === name));
  if (added.length === 0) return { before: [], after: [] };
  const old = members.filter((host) => !added.includes(host));
  const before: Stage = { id: "members", title: "etcd's members", on: "hosts", steps: [joinStep(old, added)] };
  return {
    before: old.length === 0 ? [] : [before],
    after: [{ id: "settled", title: "etcd's members", on: "hosts", steps: [settledStep(members)] }],
  };
}

function joinStep(members: readonly Host[], joining: readonly Host[]): AnyStep {
  const names = new Set(members.map(({ name }) => name));
  return defineStep({
    id: "etcd/joinable",
    title: `All members of etcd are healthy before ${joining.map(({ name }) => name).join(", ")} joins`,
    appliesTo: (host) => names.has(host.name),
    probes: (host) => ({ members: etcdMembers(host) }),
    decide: ({ members: found }) => joinable(joining, found),
  });
}

/**
 * A new member counts for the quorum before it has caught up: one that joins where another is down can stop etcd altogether
 * (etcd.io, FAQ of v3.5). Where etcd does not answer at all, `up` is what starts it.
 */
function joinable(joining: readonly Host[], found: readonly EtcdMember[] | undefined): Decision {
  // It is a member already where an earlier run broke off, and has not started.
  const others = (found ?? []).filter((member) => !joining.some((host) => isMemberOn(host, member)));
  const sick = others.filter(({ healthy }) => !healthy).map(({ address }) => address);
  if (sick.length === 0) return ok;
  return {
    kind: "blocked",
    code: "etcd/no-quorum",
    because: `no member may join etcd while ${sick.join(", ")} of ${others.length} is not healthy`,
    remedy:
      "Bring it back first: `drover status` names it, `docker logs etcd` on the host says why. If its machine is lost for good, give it another one: `drover node replace`.",
  };
}
