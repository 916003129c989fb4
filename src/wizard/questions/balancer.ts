import type { Known } from "../known.ts";
import { candidates, freeRange } from "../propose/balancer-range.ts";
import type { Question } from "../question.ts";
import { networksOf } from "./network.ts";

/** The network in which services get addresses: the one that was chosen, or the first that the machines share. */
function balancerNetwork(known: Known): string | undefined {
  const { internalNetwork } = known.answers;
  return internalNetwork ?? networksOf(known)[0]?.cidr;
}

/** Addresses that are worth asking after, before a range is proposed. */
export function balancerCandidates(known: Known): readonly string[] {
  const network = balancerNetwork(known);
  return network === undefined ? [] : candidates(network);
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
    "and stays so: outside of what your DHCP server hands out. Nobody answered for the one proposed just now (ARP),",
    "asked from one of the machines; what is switched off or handed out later cannot be seen. none: no MetalLB.",
  ],
  propose: (known) => {
    const asked = balancerCandidates(known);
    const range = known.takenAddresses === undefined ? undefined : freeRange(asked, new Set(known.takenAddresses));
    return range === undefined ? { value: "" } : { value: range, because: "nobody answered there" };
  },
  complaint: (answer, { takenAddresses = [] }) => {
    const [first, last] = answer.split("-");
    const between = (address: string) =>
      number(address) >= number(first ?? "") && number(address) <= number(last ?? "");
    const taken = last === undefined ? undefined : takenAddresses.find(between);
    return taken === undefined ? undefined : `${taken} is somebody's: it answered just now.`;
  },
};

function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
