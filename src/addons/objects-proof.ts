import { isMapping, type Mapping } from "../core/mapping.ts";
import { type Sh, sh } from "../core/shell.ts";
import type { AnyStep } from "../core/step.ts";
import { nameOf } from "../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { type TriedProof, triedProofStep } from "./proof-step.ts";

/** Objects that a controller must take up, as the proof that it works. */
export interface ObjectsProof extends TriedProof {
  /** The last of them is the one whose state is looked at. They are removed again, and no pods must come of them. */
  readonly objects: readonly [Mapping, ...Mapping[]];
  /** The jsonpath of that state, and what it must be. */
  readonly state: { readonly path: string; readonly is: string };
}

/** Has the controller of a release take up objects, once for each revision of the release. */
export function objectsProof(access: KubeAccess, proof: ObjectsProof): AnyStep {
  return triedProofStep(access, proof, proofScript(access, proof));
}

/** Tries anew until the time is up: a webhook's own certificate takes some seconds to reach the API server. */
function proofScript(access: KubeAccess, { objects, state, seconds }: ObjectsProof): Sh {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const last = objects.at(-1) ?? objects[0];
  const where = namespaceOf(last);
  const place = where === undefined ? sh`` : sh` -n ${where}`;
  const get = sh`get ${typeOf(last)} ${nameOf(last)}${place} -o jsonpath=${state.path}`;
  const remove = sh`printf '%s' ${list} | ${kubectl(access, sh`delete --ignore-not-found --wait=false -f -`)}`;
  return sh`${remove} >/dev/null 2>&1
end=$(($(date +%s) + ${seconds}))
while :; do
  said=$(printf '%s' ${list} | ${kubectl(access, sh`apply -f -`)} 2>&1) && said=$(${kubectl(access, get)} 2>&1)
  [ "$said" != ${state.is} ] || break
  if [ "$(date +%s)" -ge "$end" ]; then
    ${remove} >/dev/null 2>&1
    echo "not so: $(printf '%s' "$said" | tail -n 1 | cut -c 1-300)"
    exit 1
  fi
  sleep 1
done
${remove}`;
}

function namespaceOf(object: Mapping): string | undefined {
  const metadata = object["metadata"];
  const namespace = isMapping(metadata) ? metadata["namespace"] : undefined;
  return typeof namespace === "string" ? namespace : undefined;
}

/** `RayCluster.v1.ray.io`, by which kubectl asks for exactly that kind; of the core group the kind alone. */
function typeOf(object: Mapping): string {
  const [group = "", version] = String(object["apiVersion"]).split("/");
  return version === undefined ? String(object["kind"]) : `${String(object["kind"])}.${version}.${group}`;
}
