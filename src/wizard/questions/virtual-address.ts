import { isIPv4 } from "node:net";
import { addressNumber, contains, parseCidr, parseRange } from "../../inventory/cidr.ts";
import { edits, type Known, knownHosts } from "../known.ts";
import { freeOf } from "../looked.ts";
import { candidates } from "../propose/balancer-range.ts";
import { isPrivate, type SharedNetwork, sharedNetworks } from "../propose/networks.ts";
import type { Question } from "../question.ts";
import { several } from "../several.ts";

const isControl = (known: Known, index: number): boolean =>
  known.answers.hosts?.[index]?.roles?.includes("controlplane") === true;

/** The networks in which every controlplane machine has an address. */
function controlNetworks(known: Known): readonly SharedNetwork[] {
  return sharedNetworks(knownHosts(known).filter((_, index) => isControl(known, index)));
}

/** kube-vip takes the card of the default route, or one that is called the same on every machine. */
const canCarry = ({ isDefault, nic }: SharedNetwork): boolean => isDefault || nic !== undefined;

/** Where an address of the network may be proposed: in a public one, what answers to nobody may be anybody's. */
function proposable({ addresses }: SharedNetwork): boolean {
  return addresses.every((address) => address === undefined || isPrivate(address));
}

/** Whether the question makes sense: with one controlplane machine its own address does as well. */
function isRelevant(known: Known): boolean {
  const { hosts = [], kubeVip = "" } = known.answers;
  return kubeVip !== "" || hosts.filter((_, index) => isControl(known, index)).length > 1;
}

/** Addresses that are worth asking after, before one is proposed for the API. Those that ssh uses reach clients best. */
export function virtualAddressCandidates(known: Known): readonly string[] {
  const network = controlNetworks(known).find((one) => canCarry(one) && proposable(one));
  return network === undefined || !isRelevant(known) ? [] : candidates(network.cidr);
}

/** The card that the address needs named: undefined where it is the default route's, or no machine's. */
export function virtualAddressCard(known: Known, address: string): string | undefined {
  const network = networkOf(known, address);
  return network?.isDefault === false ? network.nic : undefined;
}

function networkOf(known: Known, address: string): SharedNetwork | undefined {
  return controlNetworks(known).find(({ cidr }) => {
    const range = parseCidr(cidr);
    return range !== undefined && contains(range, address);
  });
}

/** The API's own address. */
export const virtualAddressQuestion: Question = {
  id: "kubeVip",
  title: "Which address shall the cluster's API get (kube-vip)?",
  flag: "kube-vip",
  about: "a free address for the API of several controlplanes, such as 192.168.1.239; empty: none",
  place: "addons.kubeVip",
  optional: true,
  help: [
    "There are several controlplane machines. kubectl and CI find the one that lives by this address, which moves within",
    "some 15 seconds when one dies; without it they know one machine, or a load balancer of yours. Name one that is free",
    "and stays so: in the controlplane machines' network, outside of what your DHCP server hands out. It works where ARP",
    "does: in a LAN, and not in most clouds. Nobody answered at the one proposed. none: no address of its own.",
  ],
  relevant: isRelevant,
  propose: (known) => {
    if (edits(known)) return { value: "" };
    const ranges = several(known.answers.metallb).flatMap((text) => parseRange(text) ?? []);
    const free = freeOf(virtualAddressCandidates(known), known.looked) ?? [];
    const address = free.findLast((one) => !ranges.some((range) => contains(range, one)));
    return address === undefined ? { value: "" } : { value: address, because: "nobody answered there" };
  },
  complaint: (answer, known) => {
    if (!isIPv4(answer)) return undefined;
    if (known.looked?.taken.includes(answer) === true) return "It is somebody's: it answered just now.";
    const owner = knownHosts(known).find(({ seen }) =>
      (seen?.nics ?? []).some(({ cidrs }) => cidrs.some((cidr) => cidr.split("/")[0] === answer)),
    );
    if (owner !== undefined) return `It is an address of ${owner.name}.`;
    return complaintAboutPlace(answer, known);
  },
};

/** What is wrong with where an address lies. Where no machine was seen, nothing is known. */
function complaintAboutPlace(address: string, known: Known): string | undefined {
  const networks = controlNetworks(known);
  if (networks.length === 0) return undefined;
  const network = networkOf(known, address);
  const range = parseCidr(network?.cidr ?? "");
  if (network === undefined || range === undefined)
    return `It lies in no network of all controlplane machines: ${networks.map(({ cidr }) => cidr).join(", ")}.`;
  if ([range.first, range.last].includes(addressNumber(address))) return `It stands for all of ${network.cidr}.`;
  return canCarry(network) ? undefined : "Its card is not called the same on every machine, and kube-vip needs a name.";
}
