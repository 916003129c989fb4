import type { Answers } from "./answers.ts";
import type { Known } from "./known.ts";
import { networksOf } from "./questions/network.ts";

/**
 * What follows from the network by which the machines reach each other: their addresses there, where ssh uses others,
 * and the card's name, where pods would take another one by themselves.
 */
export function internalAddresses(known: Known, cidr: string): Partial<Answers> {
  const network = networksOf(known).find((one) => one.cidr === cidr);
  const hosts = (known.answers.hosts ?? []).map((host, index) => {
    const inside = network?.isSsh === false ? network.addresses[index] : undefined;
    return { ...host, internalAddress: inside === host.address ? undefined : inside };
  });
  return { hosts, networkCard: network?.isDefault === false ? network.nic : undefined };
}
