import { type Cidr, parseCidr } from "../cidr.ts";
import { type Draft, isRefused } from "../draft.ts";
import type { Path } from "../mistake.ts";
import { defaultClusterCidr, defaultServiceCidr } from "../schema/rke.ts";

/** A network that the cluster uses inside. */
interface InnerNetwork {
  readonly name: "rke.clusterCidr" | "rke.serviceCidr";
  readonly path: Path;
  /** As it is written, or the default. */
  readonly text: string;
  readonly cidr: Cidr;
}

const defaults = { clusterCidr: defaultClusterCidr, serviceCidr: defaultServiceCidr };

/** The pods' and the services' range, in this order; one that cannot be read or was refused is left out. */
export function innerNetworks(draft: Draft): readonly InnerNetwork[] {
  if (isRefused(draft, "rke")) return [];
  const written = { ...defaults, ...draft.rke };
  return (["clusterCidr", "serviceCidr"] as const).flatMap((key) => {
    const text = written[key];
    const cidr = text === undefined ? undefined : parseCidr(text);
    return text === undefined || cidr === undefined
      ? []
      : [{ name: `rke.${key}` as const, path: ["rke", key], text, cidr }];
  });
}
