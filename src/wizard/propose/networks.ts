import { isIP } from "node:net";
import { contains, parseCidr } from "../../inventory/cidr.ts";
import type { Seen, SeenNic } from "../seen.ts";

/** A machine as networks see it. */
export interface NetworkHost {
  /** Where ssh finds it. */
  readonly address: string;
  readonly seen: Seen | undefined;
}

/** An IPv4 network in which every machine that was seen has an address. */
export interface SharedNetwork {
  /** `10.0.0.0/24` */
  readonly cidr: string;
  /** Each machine's address there, in the order of the machines; undefined for those that were not seen. */
  readonly addresses: readonly (string | undefined)[];
  /** The card, if it is called the same on all. */
  readonly nic: string | undefined;
  /** The slowest card's. */
  readonly speedMbit: number | undefined;
  /** ssh uses these very addresses. */
  readonly isSsh: boolean;
  /** Default routes leave by it on every machine. */
  readonly isDefault: boolean;
}

/** Addresses that the internet does not route: RFC 1918, RFC 6598. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].flatMap(
  (text) => parseCidr(text) ?? [],
);

/** Whether an address is of a private network. */
export function isPrivate(address: string): boolean {
  return privateRanges.some((range) => contains(range, address));
}

interface Place {
  readonly network: string;
  readonly address: string;
  readonly nic: SeenNic;
}

/** Bridges and tunnels of containers: the same addresses on every machine, and no way between them. */
const inner = /^(docker|br-|virbr|lxcbr|lxdbr|cni|flannel|cali|cilium|veth|vxlan|kube|weave|tunl)/;

function placesOf({ seen }: NetworkHost): readonly Place[] {
  return (seen?.nics ?? [])
    .filter(({ name }) => !inner.test(name))
    .flatMap((nic) =>
      nic.cidrs.flatMap((cidr) => {
        const network = parseCidr(cidr);
        return network === undefined || network.first === network.last
          ? []
          : [{ network: network.canonical, address: cidr.split("/")[0] ?? "", nic }];
      }),
    );
}

/** The networks that all seen machines share, the one that ssh uses first. None while fewer than one was seen. */
export function sharedNetworks(hosts: readonly NetworkHost[]): readonly SharedNetwork[] {
  const places = hosts.map((host) => (host.seen === undefined ? undefined : placesOf(host)));
  const seen = places.filter((one) => one !== undefined);
  const names = [...new Set((seen[0] ?? []).map(({ network }) => network))];
  const shared = names.filter((name) => seen.every((own) => own.some(({ network }) => network === name)));
  const all = shared.map((cidr) => describe(cidr, hosts, places, shared.length === 1));
  return all.toSorted((a, b) => Number(b.isSsh) - Number(a.isSsh));
}

function describe(
  cidr: string,
  hosts: readonly NetworkHost[],
  places: readonly (readonly Place[] | undefined)[],
  isOnly: boolean,
): SharedNetwork {
  const own = places.map((one) => one?.find(({ network }) => network === cidr));
  const nics = own.flatMap((place) => (place === undefined ? [] : [place.nic]));
  const speeds = nics.flatMap(({ speedMbit }) => speedMbit ?? []);
  const onlyName = new Set(nics.map(({ name }) => name)).size === 1 ? nics[0]?.name : undefined;
  const seenHosts = hosts.filter(({ seen }) => seen !== undefined);
  return {
    cidr,
    addresses: own.map((place) => place?.address),
    nic: onlyName,
    speedMbit: speeds.length === nics.length ? Math.min(...speeds) : undefined,
    // Where a name leads is not known; where there is one network only, it leads there.
    isSsh: hosts.every(({ address }, index) => {
      if (own[index] === undefined || own[index]?.address === address) return true;
      return isIP(address) === 0 && isOnly;
    }),
    isDefault: seenHosts.every(({ seen }) => nics.some(({ name }) => name === seen?.defaultNic)),
  };
}

/** Which of them the hosts should reach each other by, and why; undefined if they share none. */
export function proposeInternal(
  networks: readonly SharedNetwork[],
): { readonly network: SharedNetwork; readonly because: string } | undefined {
  const [first] = networks;
  if (first === undefined) return undefined;
  const start = (network: SharedNetwork) => network.addresses.find((address) => address !== undefined) ?? "";
  const closed = networks.filter((network) => isPrivate(start(network)));
  const [inside] = closed.toSorted((a, b) => (b.speedMbit ?? 0) - (a.speedMbit ?? 0));
  if (!isPrivate(start(first)) && inside !== undefined)
    return { network: inside, because: "it is private, and the addresses that ssh uses are not" };
  if (inside !== undefined && (inside.speedMbit ?? 0) > (first.speedMbit ?? Number.POSITIVE_INFINITY))
    return { network: inside, because: `its cards are faster: ${inside.speedMbit} Mbit/s` };
  return { network: first, because: first.isSsh ? "ssh uses it, too" : "all machines have an address there" };
}
