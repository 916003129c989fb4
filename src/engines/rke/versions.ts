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
