import { contains, parseRange } from "../cidr.ts";
import type { Mistake } from "../mistake.ts";
import { innerNetworks } from "./inner-networks.ts";
import type { Rule } from "./rule.ts";

/** The API's virtual address is nobody else's: two would answer to it. */
export const virtualAddressIsFree: Rule = (draft) => {
  const address = draft.addons?.kubeVip?.address;
  if (address === undefined) return [];
  const services = (draft.addons?.metallb?.addresses ?? []).map((text = "") => ({ text, range: parseRange(text) }));
  const taken = [
    ...innerNetworks(draft).map(({ name, cidr }) => ({
      range: cidr,
      why: `lies in ${name}, which the cluster uses inside`,
    })),
    ...services.map(({ text, range }) => ({ range, why: `lies in ${text}, which MetalLB gives to services` })),
  ];
  const host = draft.hosts?.find((one) => [one?.address, one?.internalAddress].includes(address));
  const mistake = (why: string): Mistake => ({ path: ["addons", "kubeVip", "address"], message: `${address} ${why}` });
  return [
    ...taken.filter(({ range }) => range !== undefined && contains(range, address)).map(({ why }) => mistake(why)),
    ...(host === undefined ? [] : [mistake(`is the address of ${host.name ?? "a host"}`)]),
  ];
};
