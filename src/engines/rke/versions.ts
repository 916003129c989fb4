/** One line of RKE: which Kubernetes it makes, and the newest Docker that it lists. */
export interface RkeLine {
  /** `1.8` is every rke v1.8.x. */
  readonly rke: string;
  /** Minor versions of Kubernetes, the first and the last. */
  readonly kubernetes: { readonly from: number; readonly to: number };
  /** The newest Docker in its table for these; newer ones want `rke.ignoreDockerVersion`. */
  readonly docker: string;
}

/**
 * What fits what. Sources: rancher/kontainer-driver-metadata, pkg/rke/k8s_version_info.go and k8s_docker_info.go of branches
 * dev-v2.7 to dev-v2.11 (the tables that each rke carries inside); for Docker 27.3 to 28.1 its pull requests 1571, 1600, 1653.
 */
export const rkeLines: readonly RkeLine[] = [
  { rke: "1.4", kubernetes: { from: 23, to: 27 }, docker: "24.0" },
  { rke: "1.5", kubernetes: { from: 25, to: 28 }, docker: "26.0" },
  { rke: "1.6", kubernetes: { from: 27, to: 30 }, docker: "27.2" },
  { rke: "1.7", kubernetes: { from: 28, to: 31 }, docker: "28.1" },
  { rke: "1.8", kubernetes: { from: 30, to: 32 }, docker: "28.1" },
];

/** One release of RKE, and the Kubernetes versions that it lists: of each minor version the newest patch of its day. */
interface RkeRelease {
  readonly rke: `v${string}`;
  readonly kubernetes: readonly string[];
}

/**
 * Releases of RKE that Drover downloads, the newest last. Sources: data/data.json of the Go modules rke v1.8.0, v1.8.1, v1.8.5,
 * v1.8.6 (by its rule, which `rke config --list-version --all` of v1.8.1 confirms); the release notes of the others.
 */
export const rkeReleases: readonly RkeRelease[] = [
  {
    rke: "v1.6.1",
    kubernetes: ["v1.27.16-rancher1-1", "v1.28.12-rancher1-1", "v1.29.7-rancher1-1", "v1.30.3-rancher1-1"],
  },
  {
    rke: "v1.7.3",
    kubernetes: ["v1.28.15-rancher1-1", "v1.29.13-rancher1-1", "v1.30.9-rancher1-1", "v1.31.5-rancher1-1"],
  },
  { rke: "v1.8.0", kubernetes: ["v1.30.10-rancher1-1", "v1.31.6-rancher1-1", "v1.32.2-rancher1-1"] },
  { rke: "v1.8.1", kubernetes: ["v1.30.11-rancher1-1", "v1.31.7-rancher1-1", "v1.32.3-rancher1-1"] },
  { rke: "v1.8.3", kubernetes: ["v1.30.12-rancher1-1", "v1.31.8-rancher1-1", "v1.32.4-rancher1-1"] },
  { rke: "v1.8.4", kubernetes: ["v1.30.13-rancher1-1", "v1.31.9-rancher1-1", "v1.32.5-rancher1-1"] },
  { rke: "v1.8.5", kubernetes: ["v1.30.14-rancher1-1", "v1.31.10-rancher1-1", "v1.32.6-rancher1-1"] },
  { rke: "v1.8.6", kubernetes: ["v1.30.14-rancher1-1", "v1.31.11-rancher1-1", "v1.32.7-rancher1-1"] },
  { rke: "v1.8.13", kubernetes: ["v1.30.14-rancher1-1", "v1.31.14-rancher1-1", "v1.32.13-rancher1-2"] },
  { rke: "v1.8.14", kubernetes: ["v1.30.14-rancher1-1", "v1.31.14-rancher1-1", "v1.32.13-rancher1-3"] },
];

/** The newest release of RKE that lists this Kubernetes; undefined if none is known to. */
export function releaseFor(version: string): `v${string}` | undefined {
  return rkeReleases.findLast(({ kubernetes }) => kubernetes.includes(version))?.rke;
}

/** kubectl as old as the cluster, whose minor version it may miss by one (kubernetes.io/releases/version-skew-policy). */
export function kubectlFor(version: string): `v${string}` | undefined {
  const asked = numbers(version);
  return asked && `v1.${asked.minor}.${asked.patch}`;
}

/** Whether a kubectl of this version may be used with this Kubernetes. */
export function kubectlFits(kubectl: string, version: string): boolean {
  const [, minor] = /^v1\.(\d+)\./.exec(kubectl) ?? [];
  const asked = numbers(version);
  return minor !== undefined && (asked === undefined || Math.abs(Number(minor) - asked.minor) <= 1);
}

/**
 * Lines of helm, each with the newest minor of Kubernetes that it supports; it supports three more, older ones
 * (helm.sh/docs/topics/version_skew). Older clusters get the first line, the oldest that addons work with.
 */
const helmLines: readonly { readonly helm: `v${string}`; readonly newest: number }[] = [
  { helm: "v3.17.4", newest: 32 },
  { helm: "v3.18.6", newest: 33 },
  { helm: "v3.19.5", newest: 34 },
  { helm: "v3.20.2", newest: 35 },
];

/** The newest helm that supports this Kubernetes. */
export function helmFor(version: string): `v${string}` {
  const minor = numbers(version)?.minor ?? 0;
  return helmLines.findLast(({ newest }) => newest - 3 <= minor && minor <= newest)?.helm ?? "v3.17.4";
}

/** 3.17 brought `--take-ownership`, the newest flag that releases use (github.com/helm/helm, release notes of v3.17.0). */
export function helmFits(helm: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(helm) ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 17);
}

/** Of one minor version of Kubernetes: which patches everybody can pull the images of. */
interface Patches {
  readonly minor: number;
  /** The newest whose images are public for certain, as RKE writes it. */
  readonly everybody: string;
  /** The first patch that wants a subscription; what lies between was not said, and is tried. */
  readonly subscribers: number;
}

/**
 * Sources: release notes of rke v1.8.4 (2025-06-18, the last without the text) and of v1.8.10 to v1.8.14: "v1.32.13-rancher1-3
 * and v1.31.14-rancher1-1 are not available without an active RKE Extended Life subscription".
 */
const patches: readonly Patches[] = [
  { minor: 31, everybody: "v1.31.9-rancher1-1", subscribers: 14 },
  { minor: 32, everybody: "v1.32.5-rancher1-1", subscribers: 13 },
];

/** Minor and patch of a version as RKE writes it; undefined if it is none. */
function numbers(version: string): { readonly minor: number; readonly patch: number } | undefined {
  const [, minor, patch] = /^v1\.(\d+)\.(\d+)(?:-rancher\d+-\d+)?$/.exec(version) ?? [];
  return minor === undefined ? undefined : { minor: Number(minor), patch: Number(patch) };
}

/** What to take in place of a version whose images only subscribers can pull; undefined if everybody may, or it is not known. */
export function publicInstead(version: string): string | undefined {
  const asked = numbers(version);
  const known = patches.find(({ minor }) => minor === asked?.minor);
  return asked !== undefined && known !== undefined && asked.patch >= known.subscribers ? known.everybody : undefined;
}

/** The lines of RKE that make this Kubernetes, the newest last. */
export function linesFor(version: string): readonly string[] {
  const asked = numbers(version);
  if (asked === undefined) return [];
  return rkeLines.flatMap(({ rke, kubernetes: { from, to } }) =>
    from <= asked.minor && asked.minor <= to ? [rke] : [],
  );
}
