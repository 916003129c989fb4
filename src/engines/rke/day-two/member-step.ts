import { succeeds } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { type AnyStep, type Change, defineStep, ok, type StepId } from "../../../core/step.ts";
import { etcdMembers } from "./etcd-health.ts";
import { isMemberOn, memberCertificate, memberUrl } from "./etcd-member.ts";
import { waitForEtcd } from "./etcd-wait.ts";

/** The step's id: `status`, which tells of the members in its own words, need not tell its difference as well. */
export const memberStepId: StepId = "etcd/healthy";

/**
 * The member of etcd on each etcd host is healthy. With a quorum of the others the cluster works, its nodes are Ready, and rke is
 * content with one healthy member (rke v1.8.1, services/etcd.go): nobody else would tell before the next one fails. It stops
 * nothing before: what is wrong with etcd may be what this very run puts right, such as a closed port.
 */
export function memberStep(): AnyStep {
  return defineStep({
    id: memberStepId,
    title: "The member of etcd on this host is healthy",
    appliesTo: ({ roles }) => roles.includes("etcd"),
    probes: (host) => ({
      members: etcdMembers(host),
      wasMade: succeeds(sh`test -s ${`${memberCertificate(host)}.pem`}`),
    }),
    decide: ({ members, wasMade }, host) => {
      const own = members?.find((member) => isMemberOn(host, member));
      if (own?.healthy === true) return ok;
      if (own === undefined && !wasMade) return { kind: "later", after: "rke/up", because: "etcd is not there yet" };
      const why = own === undefined && members !== undefined ? "it is none of the members" : "it does not answer";
      const wait: Change = {
        summary: `wait until the member of etcd on this host is healthy: ${own?.because ?? why}`,
        actions: [waitForEtcd({ url: memberUrl(host) })],
      };
      return { kind: "change", changes: [wait] };
    },
  });
}
