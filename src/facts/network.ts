import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, parseJson, readParts, records, shortText, wholeNumber } from "./parts.ts";

/** An address of a network card. */
export interface NicAddress {
  /** `10.0.0.5/24` */
  readonly cidr: string;
  readonly family: 4 | 6;
  /** It came by DHCP or router advertisement, and may change. */
  readonly dynamic: boolean;
}

/** One network interface, the loopback left out. */
export interface Nic {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  /** Undefined where the card does not tell, as virtual ones do not. */
  readonly speedMbit: number | undefined;
  readonly up: boolean;
  /** A device of the kernel's own: bridge, veth, vxlan... */
  readonly virtual: boolean;
  readonly addresses: readonly NicAddress[];
}

/** One IPv4 route, of any table. */
export interface Route {
  /** `10.0.0.0/24`, or `default`. */
  readonly dst: string;
  readonly dev: string;
  readonly via: string | undefined;
  readonly source: string | undefined;
  readonly metric: number;
  /** The name or number of its table; undefined for the main one, which all packets are sent by unless a rule says otherwise. */
  readonly table: string | undefined;
}

/** How a host is joined to others. */
export interface NetworkFact {
  readonly nics: readonly Nic[];
  readonly routes: readonly Route[];
}

/** Asks ip(8) and sysfs. */
export const networkFact: Probe<NetworkFact | undefined> = {
  sh: askParts({
    addresses: sh`ip -j address`,
    routes: sh`ip -4 -j route show table all`,
    speeds: sh`for d in /sys/class/net/*; do n=$(basename "$d"); s=$(cat "$d/speed"); v=no
case $(readlink -f "$d") in */virtual/*) v=yes ;; esac; echo "$n $v $s"; done`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["addresses", "routes", "speeds"]);
    const links = parseJson(parts?.addresses ?? "");
    if (parts === undefined || !Array.isArray(links)) return undefined;
    const extra = new Map(parts.speeds.split("\n").map((line) => [line.split(" ")[0] ?? "", line.split(" ")]));
    return {
      nics: records(links).flatMap((link) => readNic(link, extra)),
      routes: records(parseJson(parts.routes)).flatMap(ways).flatMap(readRoute),
    };
  },
};

/** The routes of the main table that lead out of the host's own networks, the preferred one first. */
export function defaultRoutes({ routes }: NetworkFact): readonly Route[] {
  return routes
    .filter(({ dst, table }) => dst === "default" && table === undefined)
    .toSorted((a, b) => a.metric - b.metric);
}

function readNic(
  link: Readonly<Record<string, unknown>>,
  extra: ReadonlyMap<string, readonly string[]>,
): readonly Nic[] {
  const name = shortText(link["ifname"]);
  if (name === undefined || name === "lo") return [];
  const [, virtual, speed] = extra.get(name) ?? [];
  const flags = Array.isArray(link["flags"]) ? link["flags"] : [];
  return [
    {
      name,
      mac: shortText(link["address"]) ?? "",
      mtu: wholeNumber(link["mtu"]) ?? 0,
      speedMbit: wholeNumber(speed) || undefined,
      up: flags.includes("UP") && flags.includes("LOWER_UP"),
      virtual: virtual === "yes",
      addresses: records(link["addr_info"]).flatMap(readAddress),
    },
  ];
}

function readAddress(one: Readonly<Record<string, unknown>>): readonly NicAddress[] {
  const [address, prefix] = [shortText(one["local"]), wholeNumber(one["prefixlen"])];
  if (address === undefined || prefix === undefined || one["scope"] === "link") return [];
  const family = one["family"] === "inet6" ? 6 : 4;
  return [{ cidr: `${address}/${prefix}`, family, dynamic: one["dynamic"] === true }];
}

/** A route over several gateways at once names its ways apart. */
function ways(route: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const hops = records(route["nexthops"]);
  return hops.length === 0 ? [route] : hops.map((hop) => ({ ...route, ...hop }));
}

function readRoute(one: Readonly<Record<string, unknown>>): readonly Route[] {
  const [dst, dev] = [shortText(one["dst"]), shortText(one["dev"])];
  const kind = one["type"] ?? "unicast";
  if (dst === undefined || dev === undefined || kind !== "unicast" || dev === "lo") return [];
  return [
    {
      dst: dst === "default" || dst.includes("/") ? dst : `${dst}/32`,
      dev,
      via: shortText(one["gateway"]),
      source: shortText(one["prefsrc"]),
      metric: wholeNumber(one["metric"]) ?? 0,
      table: shortText(one["table"]),
    },
  ];
}
