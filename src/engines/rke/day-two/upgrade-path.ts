/** Why there is no way from one version to another, and what to do instead. */
export interface NoWay {
  readonly kind: "none";
  readonly because: string;
  readonly remedy: string;
}

/** The versions to go through, in order; empty if the cluster is there already. */
export type UpgradePath = { readonly kind: "path"; readonly hops: readonly string[] } | NoWay;

/** `v1.32.3-rancher1-1` as numbers: 1, 32, 3, 1, 1; undefined for anything else. */
function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)-rancher(\d+)-(\d+)$/.exec(version);
  return match?.slice(1).map(Number);
}

/** Whether one version is older (negative) or newer (positive) than another. Versions that are none come first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a) ?? [], numbersOf(b) ?? []];
  for (let at = 0; at < 5; at += 1) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function minorOf(version: string): number {
  return numbersOf(version)?.[1] ?? -1;
}

/**
 * The way from the version that runs to the wanted one (the newest, if undefined): one minor version at a time, each in its
 * newest form, as Kubernetes wants it (kubernetes.io, version skew policy) and RKE does not check. `listed` is what this rke
 * can make.
 */
export function upgradePath(current: string, wanted: string | undefined, listed: readonly string[]): UpgradePath {
  const known = listed.filter((version) => numbersOf(version) !== undefined).toSorted(compareVersions);
  const target = wanted ?? known.at(-1);
  if (numbersOf(current) === undefined)
    return none(`the version that runs is not known: "${current}"`, "Run `drover up` first.");
  if (target === undefined) return none("rke lists no version of Kubernetes", "Look at tools.rke of the inventory.");
  if (!known.includes(target)) return none(`rke does not list ${target}`, `It lists: ${known.join(", ")}.`);
  if (compareVersions(target, current) === 0) return { kind: "path", hops: [] };
  if (compareVersions(target, current) < 0) {
    const remedy = "Kubernetes has no way back but a snapshot from before: `drover etcd list`, `drover etcd restore`.";
    return none(`${target} is older than ${current}, which runs`, remedy);
  }
  return hopsTo(current, target, known);
}

function hopsTo(current: string, target: string, known: readonly string[]): UpgradePath {
  const hops: string[] = [];
  for (let minor = minorOf(current) + 1; minor < minorOf(target); minor += 1) {
    const newest = known.filter((version) => minorOf(version) === minor).at(-1);
    if (newest === undefined) {
      const remedy = "Use an rke that lists it for that step (tools.rke in the inventory), then this one for the next.";
      return none(`this rke lists no Kubernetes v1.${minor}, and no minor version may be left out`, remedy);
    }
    hops.push(newest);
  }
  return { kind: "path", hops: [...hops, target] };
}

function none(because: string, remedy: string): NoWay {
  return { kind: "none", because, remedy };
}
