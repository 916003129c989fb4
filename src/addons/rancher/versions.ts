import type { RancherSettings } from "../../core/addons.ts";
import { type Fit, isOfLine, misfit } from "../fits.ts";
import type { Refusal } from "../release.ts";

interface RancherLine extends Fit {
  /** The last patch that is published for everybody; later ones are for customers of Rancher Prime. */
  readonly community: number;
  /** Whether clusters made by RKE1 are supported. */
  readonly rke1: boolean;
}

/**
 * Which Rancher fits which Kubernetes: `from` and `to` are of the release notes, which are stricter than the chart's
 * `kubeVersion` (an upper bound alone); `community` is of the tables "Prime/Community" of the same notes
 * (ranchermanager.docs.rancher.com, versions 2.11 to 2.15, read in August 2026). RKE1 ends with 2.11: "Rancher 2.12.0 and later
 * will no longer support provisioning or managing downstream RKE1 clusters".
 */
export const rancherLines: readonly RancherLine[] = [
  { line: "2.10", from: 28, to: 31, community: 3, rke1: true },
  { line: "2.11", from: 30, to: 32, community: 3, rke1: true },
  { line: "2.12", from: 31, to: 33, community: 3, rke1: false },
  { line: "2.13", from: 32, to: 34, community: 3, rke1: false },
  { line: "2.14", from: 33, to: 35, community: 3, rke1: false },
  { line: "2.15", from: 34, to: 36, community: 3, rke1: false },
];

/** Said once, when Rancher is installed on a cluster of RKE1. */
export const rancherNotice =
  "RKE1 has been past its end of life since 2025-07-31: no more fixes for Kubernetes itself, and no Rancher after 2.11 supports it";

/** Why this Rancher may not be installed on a cluster of RKE1 with this Kubernetes; undefined if it may. */
export function rancherRefusal(
  { version, prime, unsupported }: Pick<RancherSettings, "version" | "prime" | "unsupported">,
  kubernetesVersion: string,
): Refusal | undefined {
  const line = rancherLines.find((one) => isOfLine(version, one.line));
  if (line === undefined) return unsupported ? undefined : unknownLine;
  if (!line.rke1 && !unsupported) return withoutRke1;
  if (Number(patchOf(version)) > line.community && !prime) {
    return {
      because: `is for customers of Rancher Prime: the last ${line.line} for everybody is ${line.line}.${line.community}`,
      remedy: `Set addons.rancher.version to ${line.line}.${line.community}; or, with a subscription, set \`prime: true\` and \`chart\` to your repository.`,
    };
  }
  // Of the lines that fit only those are named that would not be refused in their turn.
  const possible = rancherLines.filter(({ rke1 }) => rke1 || unsupported);
  return misfit(version, kubernetesVersion, possible);
}

function patchOf(version: string): string {
  return /^v?\d+\.\d+\.(\d+)/.exec(version)?.[1] ?? "0";
}

const unknownLine: Refusal = {
  because: `is none of the versions that Drover knows: ${rancherLines.map(({ line }) => line).join(", ")}`,
  remedy: "Set addons.rancher.version to one of these, or set `unsupported: true` to have it installed all the same.",
};

const withoutRke1: Refusal = {
  because: "does not support clusters that RKE1 made: 2.11 is the last that does",
  remedy: "Set addons.rancher.version to 2.11.3, or set `unsupported: true` to have it installed all the same.",
};
