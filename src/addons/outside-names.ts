import { isIP } from "node:net";
import type { Cluster } from "../core/cluster.ts";

/** A name by which something in the cluster is reached from outside. */
export interface OutsideName {
  readonly name: string;
  /** What answers there, for people. */
  readonly use: string;
  /** The workers, where the ingress listens, as they are found from here. */
  readonly leadsTo: readonly string[];
}

/** The names that DNS outside must know for what the inventory asks for. */
export function outsideNames({ addons, hosts }: Cluster): readonly OutsideName[] {
  if (addons.rancher === undefined) return [];
  const leadsTo = hosts.filter(({ roles }) => roles.includes("worker")).map(({ address }) => address);
  return [{ name: addons.rancher.hostname, use: "Rancher", leadsTo }];
}

/** The same as lines of a hosts file, which knows addresses alone: workers that are known by name have no line. */
export function hostsLines(
  names: readonly OutsideName[],
): readonly { readonly name: string; readonly address: string }[] {
  return names.flatMap(({ name, leadsTo }) =>
    leadsTo.filter((address) => isIP(address) !== 0).map((address) => ({ name, address })),
  );
}
