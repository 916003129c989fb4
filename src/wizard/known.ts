import type { Complaint } from "../inventory/write/complaints.ts";
import type { Plain } from "../inventory/write/render.ts";
import type { Answers, HostAnswer } from "./answers.ts";
import type { KnownHost, Seen } from "./seen.ts";

/** A Kubernetes version that can be had, and what there is to know about it. */
export interface KubernetesVersion {
  readonly version: string;
  readonly about: string;
}

/** All that a question may look at when it makes its proposal. Plain data. */
export interface Known {
  readonly answers: Answers;
  /** What was found, machine by machine, in the order of `answers.hosts`. */
  readonly seen: readonly (Seen | undefined)[];
  /** The newest first. */
  readonly kubernetesVersions: readonly KubernetesVersion[];
  /** The inventory that is edited, or an empty one. */
  readonly base: Plain;
  /** The operator's own name on this machine. */
  readonly operator: string;
  /** Addresses of the nodes' network that answered when they were asked after; undefined: nobody has asked. */
  readonly takenAddresses: readonly string[] | undefined;
}

/** What is wrong with an inventory's value. */
export type Judge = (value: Plain) => readonly Complaint[];

/** The machines with what was found on them, under the names that they will have. */
export function knownHosts({ answers, seen }: Known): readonly KnownHost[] {
  return (answers.hosts ?? []).map((host: HostAnswer, index) => ({
    address: host.address,
    name: host.name ?? host.address,
    seen: seen[index],
  }));
}
