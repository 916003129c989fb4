import type { Complaint } from "../inventory/write/complaints.ts";
import type { Plain } from "../inventory/write/render.ts";
import type { Answers, HostAnswer } from "./answers.ts";
import type { Looked } from "./looked.ts";
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
  /** Who answered of the addresses that may be proposed; undefined: nobody has asked. */
  readonly looked: Looked | undefined;
}

/** What is wrong with an inventory's value. */
export type Judge = (value: Plain) => readonly Complaint[];

/** Whether an inventory is edited that has machines: what it leaves out was left out, and is not proposed again. */
export function edits({ base }: Known): boolean {
  return Array.isArray(base["hosts"]) && base["hosts"].length > 0;
}

/** The machines with what was found on them, under the names that they will have. */
export function knownHosts({ answers, seen }: Known): readonly KnownHost[] {
  return (answers.hosts ?? []).map((host: HostAnswer, index) => ({
    address: host.address,
    name: host.name ?? host.address,
    seen: seen[index],
  }));
}
