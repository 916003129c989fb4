import { inOneLine } from "../core/printable.ts";
import type { Decision, KnownFailure } from "../core/step.ts";
import { textAt } from "../kube/kube-object.ts";
import { kubernetesMinor } from "./fits.ts";
import type { InstalledRelease } from "./installed.ts";
import { readObjects } from "./manifest.ts";
import type { Release } from "./release.ts";

/** A kind of objects that a cluster does not have. */
export interface LackingKind {
  readonly kind: string;
  readonly apiVersion: string;
}

const lacking = /no matches for kind "([^"\n]+)" in version "([^"\n]+)"/;

/** Helm's own line, and no program's whose log is shown beside it. */
const helmLacks = new RegExp(`^Error: .*resource mapping not found.*${lacking.source}`, "m");

/**
 * The kinds of Kubernetes' own, each once, that helm did not find in the cluster's API when it only rendered: those will not
 * come. Any other may be brought by what is done before, and is left to helm.
 */
export function lackingKindsIn(output: string): readonly LackingKind[] {
  const found = [...output.matchAll(new RegExp(lacking, "g"))];
  const kinds = found.map(([, kind = "", apiVersion = ""]) => ({ kind, apiVersion })).filter(isKubernetesOwn);
  return [...new Map(kinds.map((one) => [named(one), one])).values()];
}

function named({ kind, apiVersion }: LackingKind): string {
  return inOneLine(`${kind} (${apiVersion})`);
}

/** The groups that Kubernetes itself serves (its API reference): what it lacks of these, nothing brings. */
const ownGroups: ReadonlySet<string> = new Set([
  ...["apps", "autoscaling", "batch", "extensions", "policy"],
  ...["admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"].map(inK8s),
  ...["certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "networking"].map(inK8s),
  ...["node", "rbac.authorization", "resource", "scheduling", "storage"].map(inK8s),
]);

function inK8s(name: string): string {
  return `${name}.k8s.io`;
}

function isKubernetesOwn({ apiVersion }: LackingKind): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined || ownGroups.has(group);
}

/** Why an installed release cannot be changed: its objects, or those in helm's record of it, are of kinds that are not there. */
export function lacksKinds(
  { name, version }: Release,
  found: InstalledRelease,
  kinds: readonly LackingKind[],
  kubernetesVersion: string,
): Decision {
  const recorded = readObjects(found.manifest) ?? [];
  const isRecorded = ({ kind, apiVersion }: LackingKind) =>
    recorded.some((object) => textAt(object, "kind") === kind && textAt(object, "apiVersion") === apiVersion);
  const none = `which Kubernetes 1.${kubernetesMinor(kubernetesVersion)} does not have: ${kinds.map(named).join(", ")}`;
  // Helm looks at what is installed first.
  return kinds.every(isRecorded)
    ? { ...unfit, because: `helm's record of ${name} ${found.version} has kinds ${none}`, remedy: mapped(found) }
    : { ...unfit, because: `${name} ${version} has objects of kinds ${none}`, remedy: newer };
}

const unfit = { kind: "blocked", code: "addon/unfit" } as const;
const newer = "Set its version in the inventory to one that is made for this Kubernetes.";

function mapped({ name, namespace }: InstalledRelease): string {
  return `Bring the record up to date with helm's plugin mapkubeapis (https://github.com/helm/helm-mapkubeapis): \`helm mapkubeapis ${name} -n ${namespace}\`. Then run \`drover up\` again.`;
}

/** The same where helm was to install: by then what comes before is done. */
export function lackingKind({ name, version }: Pick<Release, "name" | "version">): KnownFailure {
  return {
    pattern: helmLacks,
    code: "addon/unfit",
    message: `${name} ${version} cannot be installed: this cluster does not have the kind $1 ($2)`,
    remedy: `If it is one of Kubernetes' own, set the addon's version to one that is made for this Kubernetes; if only helm's record of an older ${name} has it, bring that up to date with helm's plugin mapkubeapis. Else install first what brings the kind. Then run \`drover up\` again.`,
  };
}

/** The same where helm was to uninstall, which it does not do halfway. */
export function lackingWhereItGoes({ name, namespace }: Pick<Release, "name" | "namespace">): KnownFailure {
  return {
    pattern: lacking,
    code: "addon/release-stuck",
    message: `helm cannot uninstall ${name}: the cluster no longer has the kind $1 ($2)`,
    remedy: `Install again what brought the kind. Or remove the objects by hand, then helm's records: \`helm get manifest RELEASE -n ${namespace} | kubectl delete --ignore-not-found -f -\` and \`kubectl delete secret -n ${namespace} -l owner=helm,name=RELEASE\`. Then run the command again.`,
  };
}
