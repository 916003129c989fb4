import { type Cidr, contains, overlaps, parseCidr } from "../../inventory/cidr.ts";
import { defaultClusterCidr, defaultServiceCidr } from "../../inventory/schema/rke.ts";
import type { NetworkHost } from "./networks.ts";

/** Ranges for pods and services, and why these. */
export interface CidrProposal {
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly because: string;
}

/** Docker's own bridge takes it where nobody says otherwise. */
const docker = "172.17.0.0/16";

/** Ranges that any of the machines can reach already: routes, their cards' networks, their addresses. */
export function usedRanges(hosts: readonly NetworkHost[]): readonly Cidr[] {
  const texts = hosts.flatMap(({ address, seen }) => [
    `${address}/32`,
    ...(seen?.routes ?? []).filter((route) => route !== "default" && route !== "0.0.0.0/0"),
    ...(seen?.nics ?? []).flatMap(({ cidrs }) => cidrs),
  ]);
  return [docker, ...texts].flatMap((text) => parseCidr(text) ?? []);
}

/** Pairs to try, RKE's own first; then 10.x, 172.x, and the range of carriers (RFC 6598), each a pair of neighbours. */
function* pairs(): Generator<readonly [string, string]> {
  yield [defaultClusterCidr, defaultServiceCidr];
  for (let x = 44; x < 254; x += 2) yield [`10.${x}.0.0/16`, `10.${x + 1}.0.0/16`];
  for (let x = 18; x < 31; x += 2) yield [`172.${x}.0.0/16`, `172.${x + 1}.0.0/16`];
  for (let x = 64; x < 126; x += 2) yield [`100.${x}.0.0/16`, `100.${x + 1}.0.0/16`];
}

/** What a range meets, as people know it: a machine's address, or a route; undefined if it is free. */
export function clash(range: string, hosts: readonly NetworkHost[]): string | undefined {
  const cidr = parseCidr(range);
  if (cidr === undefined) return undefined;
  const host = hosts.find(({ address }) => contains(cidr, address));
  if (host !== undefined) return `${host.address}, one of the machines`;
  return usedRanges(hosts).find((used) => overlaps(cidr, used))?.canonical;
}

/** Ranges of which no machine has a route, a card or an address. */
export function proposeCidrs(hosts: readonly NetworkHost[]): CidrProposal {
  for (const [clusterCidr, serviceCidr] of pairs()) {
    if (clash(clusterCidr, hosts) !== undefined || clash(serviceCidr, hosts) !== undefined) continue;
    const usual = clash(defaultClusterCidr, hosts) ?? clash(defaultServiceCidr, hosts);
    const because =
      usual === undefined
        ? `RKE's own${hosts.some(({ seen }) => seen !== undefined) ? ", and no machine has a route there" : ""}`
        : `the usual ones meet ${usual}; nobody has a route to these`;
    return { clusterCidr, serviceCidr, because };
  }
  return {
    clusterCidr: defaultClusterCidr,
    serviceCidr: defaultServiceCidr,
    because: "the machines have routes to every private range: choose ranges that they do not need",
  };
}
