import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../../kube/kubectl.ts";

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
 * Takes away all objects of the kinds that a release brought, while the programs still run that must let go of them (finalizers): first
 * the profiles, with their namespaces and all that people have there.
 */
export function deleteObjects(access: KubeAccess, release: string): Sh {
  const fields = '{range .items[*]}{.metadata.annotations.meta\\.helm\\.sh/release-name} {.metadata.name}{"\\n"}{end}';
  const names = kubectl(
    access,
    sh`get customresourcedefinitions -l app.kubernetes.io/managed-by=Helm -o jsonpath=${fields}`,
  );
  const profiles = sh`delete profiles.kubeflow.org --all --cascade=foreground --timeout 300s`;
  const all = sh`delete "$kinds" --all -A --timeout 300s`;
  return sh`kinds=$(${names}) || exit 1
kinds=$(printf '%s\n' "$kinds" | awk -v release=${release} '$1 == release { printf "%s%s", comma, $2; comma = "," }')
case ,$kinds, in *,profiles.kubeflow.org,*) ${patientKubectl(access, profiles)} || exit 1 ;; esac
[ -z "$kinds" ] || ${patientKubectl(access, all)} || exit 1`;
}

/** What Dex and Istio made by themselves; of Dex's kinds those that nobody else has objects of. */
export function forgetPrograms(access: KubeAccess): Sh {
  const here = kubectl(access, sh`get customresourcedefinitions ${dexKinds} --ignore-not-found -o name`);
  const roots = sh`delete configmaps -A --field-selector metadata.name=istio-ca-root-cert -l istio.io/config=true --timeout 60s`;
  return joinSh([
    sh`for kind in $(${here} | sed 's,.*/,,'); do
  others=$(${kubectl(access, sh`get "$kind" -A -o name`)}) || exit 1
  [ -n "$others" ] || ${patientKubectl(access, sh`delete customresourcedefinition "$kind" --ignore-not-found --timeout 60s`)} || exit 1
done`,
    sh`${patientKubectl(access, roots)} || exit 1`,
  ]);
}
