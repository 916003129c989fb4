import { type Cidr, parseCidr } from "../cidr.ts";
import type { Draft } from "../draft.ts";
import { defaultClusterCidr, defaultServiceCidr } from "../schema/rke.ts";

/** The networks that the cluster uses inside, by their keys; one that cannot be read or was refused is left out. */
export function innerNetworks({ rke = {} }: Draft): readonly { readonly name: string; readonly cidr: Cidr }[] {
  const written = {
    "rke.clusterCidr": "clusterCidr" in rke ? rke.clusterCidr : defaultClusterCidr,
    "rke.serviceCidr": "serviceCidr" in rke ? rke.serviceCidr : defaultServiceCidr,
  };
  return Object.entries(written).flatMap(([name, text]) => {
    const cidr = parseCidr(text ?? "");
    return cidr === undefined ? [] : [{ name, cidr }];
  });
}
