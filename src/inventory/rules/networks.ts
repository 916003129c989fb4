import { contains, overlaps } from "../cidr.ts";
import type { Mistake } from "../mistake.ts";
import { defaultKubernetesVersion } from "../schema/rke.ts";
import { innerNetworks } from "./inner-networks.ts";
import type { Rule } from "./rule.ts";

/** Pods and services would take each other's traffic. */
export const rangesDoNotOverlap: Rule = (draft) => {
  const [pods, services] = innerNetworks(draft);
  if (pods === undefined || services === undefined || !overlaps(pods.cidr, services.cidr)) return [];
  const message = `${services.text}, the services' range, overlaps ${pods.text}, the pods' range; they must be apart`;
  return [{ path: services.path, message }];
};

/** A host inside such a range could not be reached from the cluster any more. */
export const hostsAreOutsideRanges: Rule = (draft) => {
  const ranges = innerNetworks(draft);
  return (draft.hosts ?? []).flatMap((host, index) =>
    (["address", "internalAddress"] as const).flatMap((key): Mistake[] => {
      const address = host?.[key];
      const range = address === undefined ? undefined : ranges.find(({ cidr }) => contains(cidr, address));
      if (address === undefined || range === undefined) return [];
      const message = `${address} lies in ${range.name} (${range.text}), which the cluster uses inside; change either`;
      return [{ path: ["hosts", index, key], message }];
    }),
  );
};

/** RKE refuses it ("weave CNI support is removed"), but only after it was started. */
export const weaveNeedsOldKubernetes: Rule = (draft) => {
  const rke = draft.rke ?? {};
  const version = "kubernetesVersion" in rke ? rke.kubernetesVersion : defaultKubernetesVersion;
  const minor = Number(/^v1\.(\d+)\./.exec(version ?? "")?.[1] ?? 0);
  if (rke.network?.plugin !== "weave" || minor < 30) return [];
  const message = "weave exists below Kubernetes v1.30 only; use canal, flannel or calico";
  return [{ path: ["rke", "network", "plugin"], message }];
};
