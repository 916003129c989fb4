import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../../kube/kubectl.ts";
import { findKinds } from "../delete-objects.ts";
import type { Release } from "../release.ts";

/** Kinds that Dex makes itself when it starts (dexidp/dex, storage/kubernetes/types.go). */
const dexKinds = [
  "authrequests",
  "connectors",
  "devicerequests",
  "devicetokens",
  "oauth2clients",
  "offlinesessionses",
  "passwords",
  "refreshtokens",
  "signingkeies",
].map((plural) => `${plural}.dex.coreos.com`);

/**
 * What Dex and Istio made by themselves; of Dex's kinds those that nobody else has objects of. Istio's own kinds, those of the
 * release `gatewayKinds`, ask helm to keep them (`helm.sh/resource-policy`), and go here.
 */
export function forgetPrograms(access: KubeAccess, gatewayKinds: Release): Sh {
  const here = kubectl(access, sh`get customresourcedefinitions ${dexKinds} --ignore-not-found -o name`);
  const roots = sh`delete configmaps -A --field-selector metadata.name=istio-ca-root-cert -l istio.io/config=true --timeout 60s`;
  const kept = sh`delete customresourcedefinitions $kept --ignore-not-found --timeout 120s`;
  return joinSh([
    findKinds(access, gatewayKinds),
    sh`kept=$(printf '%s\n' "$found" | awk '{ print $1 }')
[ -z "$kept" ] || ${patientKubectl(access, kept)} || exit 1
for kind in $(${here} | sed 's,.*/,,'); do
  others=$(${kubectl(access, sh`get "$kind" -A -o name`)}) || exit 1
  [ -n "$others" ] || ${patientKubectl(access, sh`delete customresourcedefinition "$kind" --ignore-not-found --timeout 60s`)} || exit 1
done`,
    sh`${patientKubectl(access, roots)} || exit 1`,
  ]);
}
