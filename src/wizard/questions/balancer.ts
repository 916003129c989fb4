import { contains, parseRange } from "../../inventory/cidr.ts";
import { edits, type Known } from "../known.ts";
import { freeOf } from "../looked.ts";
import { candidates, freeRange } from "../propose/balancer-range.ts";
import { isPrivate } from "../propose/networks.ts";
import type { Question } from "../question.ts";
import { several } from "../several.ts";
import { networksOf } from "./network.ts";

/** The network in which services get addresses: the one that was chosen, or the first that the machines share. */
function balancerNetwork(known: Known): string | undefined {
  const { internalNetwork } = known.answers;
  return internalNetwork ?? networksOf(known)[0]?.cidr;
}

/** Addresses that are worth asking after, before a range is proposed. In a public network they are not ours to propose. */
export function balancerCandidates(known: Known): readonly string[] {
  const network = balancerNetwork(known);
  return network === undefined || !isPrivate(network.split("/")[0] ?? "") ? [] : candidates(network);
}

/** Addresses for services of type LoadBalancer. */
export const balancerQuestion: Question = {
  id: "metallb",
  title: "Which addresses may services get (MetalLB)?",
  flag: "metallb",
  about: "free addresses for load balancers, such as 192.168.1.240-192.168.1.250; empty: no MetalLB",
  place: "addons.metallb",
  optional: true,
  help: [
    "MetalLB gives services of type LoadBalancer an address of your network, as a cloud would. Name a range that is free",
    "and stays so: outside of what your DHCP server hands out; several are separated by commas. Nobody answered for the",
    "one proposed just now (ARP), asked from one of the machines; what is switched off or handed out later cannot be seen.",
    "none: no MetalLB.",
  ],
  propose: (known) => {
    if (edits(known)) return { value: "" };
    const free = freeOf(balancerCandidates(known), known.looked) ?? [];
    const range = freeRange(free.filter((address) => address !== known.answers.kubeVip));
    return range === undefined ? { value: "" } : { value: range, because: "nobody answered there" };
  },
  complaint: (answer, { looked, answers: { kubeVip } }) => {
    const ranges = several(answer).flatMap((text) => parseRange(text) ?? []);
    const isIn = (address: string): boolean => ranges.some((range) => contains(range, address));
    const taken = looked?.taken.find(isIn);
    if (taken !== undefined) return `${taken} is somebody's: it answered just now.`;
    return kubeVip !== undefined && isIn(kubeVip) ? `${kubeVip} is the API's own address.` : undefined;
  },
};
