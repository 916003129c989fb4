import type { Answers } from "./answers.ts";
import type { Known } from "./known.ts";
import { networksOf } from "./questions/network.ts";

/**
 * What follows from the network by which the machines reach each other: their addresses there, where ssh uses others,
 * and the card's name, where pods would take another one by themselves.
 */
export function internalAddresses(known: Known, cidr: string): Partial<Answers> {
  const networks = networksOf(known);
  const network = networks.find((one) => one.cidr === cidr);
  const hosts = (known.answers.hosts ?? []).map((host, index) => {
    const inside = network?.isSsh === false ? network.addresses[index] : undefined;
    // One that the inventory gives and no network explains stays as it is: a name, or a network that only some have.
    const isOthers = networks.every(({ addresses }) => addresses[index] !== host.internalAddress);
    const wanted = inside ?? (isOthers ? host.internalAddress : undefined);
    return { ...host, internalAddress: wanted === host.address ? undefined : wanted };
  });
  return { hosts, networkCard: network?.isDefault === false ? network.nic : undefined };
}
