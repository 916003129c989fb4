import type { HostAnswer } from "../answers.ts";
import { type Known, knownHosts } from "../known.ts";
import type { KnownHost } from "../seen.ts";

/** Two entries that cannot both be machines of a cluster, and what to do. */
export interface Duplicate {
  readonly first: string;
  readonly second: string;
  readonly kind: "same-machine" | "clone";
}

/** The same machine under two addresses (boot id), and clones of one image (machine-id), each told of the later one. */
export function findDuplicates(hosts: readonly KnownHost[]): readonly Duplicate[] {
  return hosts.flatMap((host, index): readonly Duplicate[] => {
    const earlier = hosts.slice(0, index);
    const twin = earlier.find(({ seen }) => seen?.bootId !== undefined && seen.bootId === host.seen?.bootId);
    if (twin !== undefined) return [{ first: twin.address, second: host.address, kind: "same-machine" }];
    const clone = earlier.find(({ seen }) => seen?.machineId !== undefined && seen.machineId === host.seen?.machineId);
    return clone === undefined ? [] : [{ first: clone.address, second: host.address, kind: "clone" }];
  });
}

/** A machine as duplicates name it: forwarded ports of one address are machines of their own. */
export function placeOfTwin({ address, port }: HostAnswer): string {
  return port === undefined || port === 22 ? address : `${address} port ${port}`;
}

/** The duplicates among the machines of an interview. */
export function duplicatesIn(known: Known): readonly Duplicate[] {
  const hosts = known.answers.hosts ?? [];
  return findDuplicates(knownHosts(known).map((one, index) => ({ ...one, address: placeOfTwin(hosts[index] ?? one) })));
}

/** A duplicate in a sentence, with the way out. */
export function describeDuplicate({ first, second, kind }: Duplicate): string {
  return kind === "same-machine"
    ? `${second} is the same machine as ${first}: take one of them out`
    : `${second} has the machine-id of ${first}, as clones have: on one of them, rm /etc/machine-id && systemd-machine-id-setup`;
}
