import { linesFor, publicInstead, rkeLines } from "../../engines/rke/versions.ts";
import { type Draft, isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

type Registry = NonNullable<NonNullable<Draft["registries"]>[number]>;

const path = ["rke", "kubernetesVersion"] as const;

/** A registry of one's own may hold what is not public; else the pull fails, host by host. */
export const kubernetesIsPublic: Rule = (draft) => {
  const version = draft.rke?.kubernetesVersion;
  const instead = version === undefined ? undefined : publicInstead(version);
  const mayBeDefault = (one: Registry | undefined) =>
    one === undefined || one.default === true || isRefused(one, "default");
  if (instead === undefined || isRefused(draft, "registries") || draft.registries?.some(mayBeDefault) === true)
    return [];
  const message = `${version} wants a subscription (RKE Extended Life): its images are not public; take ${instead}, or give a registry that has them with \`default: true\``;
  return [{ path, message }];
};

/** Neither an rke of the past nor one to come makes every Kubernetes: RKE1 has ended. */
export const kubernetesIsMadeByRke: Rule = ({ rke }) => {
  const version = rke?.kubernetesVersion;
  const minor = Number(/^v1\.(\d+)\./.exec(version ?? "")?.[1] ?? Number.NaN);
  if (version === undefined || Number.isNaN(minor) || linesFor(version).length > 0) return [];
  const last = Math.max(...rkeLines.map(({ kubernetes }) => kubernetes.to));
  const why = minor > last ? `the last that RKE1 makes is v1.${last}` : "it is too old for any rke that Drover knows";
  return [{ path, message: `${version} is made by no rke: ${why}` } satisfies Mistake];
};
