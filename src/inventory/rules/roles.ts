import type { Draft } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** How many hosts have a role; undefined while some host's roles are not known. */
function count(draft: Draft, role: string): number | undefined {
  const roles = draft.hosts?.map((host) => host?.roles);
  if (roles === undefined) return undefined;
  let sum = 0;
  for (const own of roles) {
    if (own === undefined || own.includes(undefined)) return undefined;
    if (own.some((one) => one === role)) sum += 1;
  }
  return sum;
}

const needed = {
  controlplane: "no host has the role controlplane, so nothing would run the cluster's API; give it to at least one",
  etcd: "no host has the role etcd, so the cluster would have no memory; give it to 1, 3 or 5 hosts",
  worker: "no host has the role worker, so pods would have nowhere to run; give it to at least one",
} as const;

/** A host without a role does nothing. A key that the schema refused counts as given. */
export const everyHostHasRoles: Rule = (draft) =>
  (draft.hosts ?? []).flatMap((host, index): Mistake[] =>
    host === undefined || "roles" in host
      ? []
      : [{ path: ["hosts", index, "roles"], message: "is missing, here and in the host's groups" }],
  );

/** RKE itself goes on without a control plane or a worker, and fails late or not at all. */
export const everyRoleIsThere: Rule = (draft) =>
  Object.entries(needed).flatMap(([role, message]): Mistake[] =>
    count(draft, role) === 0 ? [{ path: ["hosts"], message }] : [],
  );

/** etcd needs more than half of its members, so an even one adds a way to fail and no safety. */
export const etcdIsOdd: Rule = (draft) => {
  const members = count(draft, "etcd");
  if (members === undefined || members === 0 || members % 2 === 1) return [];
  const why =
    members === 2
      ? "2 hosts have the role etcd: both must run for the cluster to work, so losing either stops it; use 1 or 3"
      : `${members} hosts have the role etcd: ${members} can lose no more members than ${members - 1} can; ` +
        `use ${members - 1} or ${members + 1}`;
  return [{ path: ["hosts"], message: why }];
};
