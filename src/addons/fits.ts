import type { Refusal } from "./release.ts";

/** Which minor versions of Kubernetes (1.x) a line of an addon's versions is made for. */
export interface Fit {
  /** `1.20`: all patches of it. */
  readonly line: string;
  readonly from: number;
  /** Infinity where its makers name no end. */
  readonly to: number;
}

/** cert-manager.io/docs/releases: what each line was tested with. */
export const certManagerFits: readonly Fit[] = [
  { line: "1.18", from: 29, to: 33 },
  { line: "1.19", from: 31, to: 35 },
  { line: "1.20", from: 32, to: 35 },
  { line: "1.21", from: 33, to: 36 },
];

/** "Requires Kubernetes 1.29 or newer", in the README of each of these lines (sigs.k8s.io/kueue, v0.12.0 to v0.19.2). */
export const kueueFits: readonly Fit[] = [12, 13, 14, 15, 16, 17, 18, 19].map((minor) => ({
  line: `0.${minor}`,
  from: 29,
  to: Number.POSITIVE_INFINITY,
}));

/** "Make sure your Kubernetes cluster and Kubectl are both at version at least 1.23" (ray-project.github.io/kuberay). */
export const kubeRayFits: readonly Fit[] = [{ line: "1.", from: 23, to: Number.POSITIVE_INFINITY }];

/** `kubeVersion` of the chart kube-prometheus-stack 88. */
export const prometheusFits: readonly Fit[] = [{ line: "88.", from: 25, to: Number.POSITIVE_INFINITY }];

/** `kubeVersion` of the chart traefik 41. */
export const traefikFits: readonly Fit[] = [{ line: "41.", from: 25, to: Number.POSITIVE_INFINITY }];

/** The table of the README of kubernetes-sigs/metrics-server, by the `appVersion` of each line of its chart. */
export const metricsServerFits: readonly Fit[] = [
  { line: "3.9", from: 25, to: Number.POSITIVE_INFINITY },
  { line: "3.10", from: 25, to: Number.POSITIVE_INFINITY },
  { line: "3.11", from: 25, to: Number.POSITIVE_INFINITY },
  { line: "3.12", from: 27, to: Number.POSITIVE_INFINITY },
  { line: "3.13", from: 31, to: Number.POSITIVE_INFINITY },
];

/** `v1.32.3-rancher1-1` is 32. */
export function kubernetesMinor(version: string): number {
  return Number(/^v1\.(\d+)\./.exec(version)?.[1] ?? Number.NaN);
}

/** `v1.20.3` is of the line `1.20`, and of `1.`. */
export function isOfLine(version: string, line: string): boolean {
  return `${version.replace(/^v/, "")}.`.startsWith(line.endsWith(".") ? line : `${line}.`);
}

/** Why a version may not be installed on this Kubernetes. A line that is in no table is left to its chart to judge. */
export function misfit(version: string, kubernetesVersion: string, fits: readonly Fit[]): Refusal | undefined {
  const minor = kubernetesMinor(kubernetesVersion);
  const fit = fits.find(({ line }) => isOfLine(version, line));
  if (fit === undefined || (fit.from <= minor && minor <= fit.to)) return undefined;
  const fitting = fits.filter(({ from, to }) => from <= minor && minor <= to).map(({ line }) => line);
  return {
    because: `is made for Kubernetes ${rangeOf(fit)}, and this cluster has 1.${minor}`,
    remedy:
      fitting.length === 0
        ? `No line that Drover knows is made for 1.${minor}. Change the cluster's version, or leave the addon out.`
        : `Set its version in the inventory to one of ${fitting.join(" or ")}.`,
  };
}

function rangeOf({ from, to }: Fit): string {
  return to === Number.POSITIVE_INFINITY ? `1.${from} or newer` : `1.${from} to 1.${to}`;
}
