import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../engines/rke/kubectl.ts";
import type { Release } from "./release.ts";

/** The label of what Drover itself made in a cluster: it goes with its addon. */
export const madeByDrover = { "app.kubernetes.io/managed-by": "drover" } as const;

/** Labels of a namespace whose pods Pod Security must allow what hosts are made of: their network, their folders. */
export const privileged: Readonly<Record<string, string>> = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"]),
);

/**
 * Makes the namespace of a release, unless it is there, and gives it the labels that the release wants of it. Afterwards `$made`
 * tells whether it was made here.
 */
export function ensureNamespace(
  access: KubeAccess,
  { namespace, namespaceLabels }: Pick<Release, "namespace" | "namespaceLabels">,
): Sh {
  const metadata = { name: namespace, labels: madeByDrover };
  const object = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  const labels = Object.entries(namespaceLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const create = sh`made=
${kubectl(access, sh`get namespace ${namespace} -o name`)} >/dev/null 2>&1 || { printf '%s' ${object} | ${kubectl(access, sh`create -f -`)} && made=1; } || exit 1`;
  return labels.length === 0
    ? create
    : joinSh([create, sh`${kubectl(access, sh`label --overwrite namespace ${namespace} ${labels}`)} || exit 1`]);
}

/**
 * Takes a namespace away again that was made just now for a release of which nothing came: a chart that could not be had, values
 * that it refuses. One in which helm has begun stays, for people to look at and for the next run to mend.
 */
export function takeBackNamespace(access: KubeAccess, { name, namespace }: Pick<Release, "name" | "namespace">): Sh {
  const records = kubectl(access, sh`get secrets -n ${namespace} -l ${`owner=helm,name=${name}`} -o name`);
  return sh`if [ -n "$made" ] && records=$(${records} 2>/dev/null) && [ -z "$records" ]; then
  ${patientKubectl(access, sh`delete namespace ${namespace} --ignore-not-found --timeout 60s`)} >/dev/null
fi`;
}
