import { joinSh, type Sh, sh } from "../core/shell.ts";
import type { KnownFailure } from "../core/step.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../kube/kubectl.ts";
import type { Release } from "./release.ts";

/** The label of what Drover itself made in a cluster: it goes with its addon. */
export const madeByDrover = { "app.kubernetes.io/managed-by": "drover" } as const;

/** Labels of a namespace whose pods Pod Security must allow what hosts are made of: their network, their folders. */
export const privileged: Readonly<Record<string, string>> = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"]),
);

/**
 * Makes the namespace of a release, unless it is there, and gives it the labels that the release wants of it. Afterwards `$made`
 * tells whether it was made here, and not by another release at the same moment. Ends where it is on its way out, as nothing can be made in it: `goingNamespace` tells so.
 */
export function ensureNamespace(
  access: KubeAccess,
  { namespace, namespaceLabels }: Pick<Release, "namespace" | "namespaceLabels">,
): Sh {
  const metadata = { name: namespace, labels: madeByDrover };
  const object = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  const labels = Object.entries(namespaceLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const get = kubectl(access, sh`get namespace ${namespace} -o ${"jsonpath={.status.phase}"}`);
  const create = sh`made=
phase=$(${get} 2>/dev/null) || { printf '%s' ${object} | ${kubectl(access, sh`create -f -`)} && made=1; } || phase=$(${get} 2>/dev/null) || exit 1
[ "$phase" != Terminating ] || { echo ${`the namespace ${namespace} is being terminated`} >&2; exit 1; }`;
  return labels.length === 0
    ? create
    : joinSh([create, sh`${kubectl(access, sh`label --overwrite namespace ${namespace} ${labels}`)} || exit 1`]);
}

/** That the namespace of `what` is on its way out, in Drover's words and in the cluster's. */
export function goingNamespace(what: string, namespace: string): KnownFailure {
  return {
    pattern:
      /(the namespace \S+ is being terminated|unable to create new content in namespace \S+ because it is being terminated)/,
    code: "addon/release-stuck",
    message: `${what} cannot be installed: $1`,
    remedy: `Look at what keeps the namespace from going: \`kubectl get namespace ${namespace} -o yaml\`. Then run \`drover up\` again.`,
  };
}

/**
 * Takes a namespace away again that was made just now for a release of which nothing came: a chart that could not be had, values
 * that it refuses. One in which helm has begun stays, for people to look at and for the next run to mend: also with another release,
 * which may have come to share it meanwhile.
 */
export function takeBackNamespace(access: KubeAccess, { namespace }: Pick<Release, "namespace">): Sh {
  const records = kubectl(access, sh`get secrets -n ${namespace} -l owner=helm -o name`);
  return sh`if [ -n "$made" ] && records=$(${records} 2>/dev/null) && [ -z "$records" ]; then
  ${patientKubectl(access, sh`delete namespace ${namespace} --ignore-not-found --timeout 60s`)} >/dev/null
fi`;
}
