import { contains, parseCidr, parseRange } from "../cidr.ts";
import type { Mistake } from "../mistake.ts";
import { defaultClusterCidr, defaultServiceCidr } from "../schema/rke.ts";
import type { Rule } from "./rule.ts";

/** The API's virtual address is nobody else's: two would answer to it. */
export const virtualAddressIsFree: Rule = (draft) => {
  const address = draft.addons?.kubeVip?.address;
  if (address === undefined) return [];
  const rke = draft.rke ?? {};
  const taken = [
    { text: rke.clusterCidr ?? defaultClusterCidr, why: "lies in rke.clusterCidr, which the cluster uses inside" },
    { text: rke.serviceCidr ?? defaultServiceCidr, why: "lies in rke.serviceCidr, which the cluster uses inside" },
    ...(draft.addons?.metallb?.addresses ?? []).map((text) => ({
      text: text ?? "",
      why: `lies in ${text}, which MetalLB gives to services`,
    })),
  ];
  const host = draft.hosts?.find((one) => [one?.address, one?.internalAddress].includes(address));
  const mistake = (why: string): Mistake => ({ path: ["addons", "kubeVip", "address"], message: `${address} ${why}` });
  return [
    ...taken.filter(({ text }) => within(text, address)).map(({ why }) => mistake(why)),
    ...(host === undefined ? [] : [mistake(`is the address of ${host.name ?? "a host"}`)]),
  ];
};

function within(text: string, address: string): boolean {
  const range = parseCidr(text) ?? parseRange(text);
  return range !== undefined && contains(range, address);
}
