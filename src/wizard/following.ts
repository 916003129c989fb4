import { isIP } from "node:net";
import type { Answers } from "./answers.ts";
import { internalAddresses } from "./internal-addresses.ts";
import type { Known } from "./known.ts";
import type { SimpleAnswer } from "./question.ts";
import { networksOf } from "./questions/network.ts";
import { virtualAddressCard } from "./questions/virtual-address.ts";

/** What an answer brings with it besides itself. */
export function following(known: Known, id: SimpleAnswer, answer: string): Partial<Answers> {
  if (id === "internalNetwork") return internalAddresses(known, answer);
  if (id === "kubeVip") return { kubeVipCard: virtualAddressCard(known, answer) };
  return id === "rancherHostname" ? { rancherAddress: workerAddress(known) } : {};
}

/**
 * The IP address of the first worker, where its own address is a name: /etc/hosts, which tells the machines where
 * Rancher is, takes addresses only. Undefined where none is needed, and where none was seen.
 */
function workerAddress(known: Known): string | undefined {
  const hosts = known.answers.hosts ?? [];
  const index = hosts.findIndex(({ roles }) => roles?.includes("worker"));
  const { address, internalAddress } = hosts[index] ?? {};
  if (address === undefined || isIP(internalAddress ?? address) !== 0) return undefined;
  const seen = known.seen[index];
  const out = seen?.nics.find(({ name }) => name === seen.defaultNic)?.cidrs[0]?.split("/")[0];
  return networksOf(known)[0]?.addresses[index] ?? out;
}
