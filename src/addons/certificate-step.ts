import { type Sh, sh } from "../core/shell.ts";
import type { AnyStep, KnownFailure } from "../core/step.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../kube/kubectl.ts";
import { proofStep } from "./proof-step.ts";
import type { Release } from "./release.ts";

/** A namespace of ours, there only while the proof runs. */
const proofNamespace = "drover-proof";

const proof = [
  { apiVersion: "cert-manager.io/v1", kind: "Issuer", metadata: { name: "proof" }, spec: { selfSigned: {} } },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "proof" },
    spec: { secretName: "proof", dnsNames: ["proof.drover.test"], issuerRef: { name: "proof" } },
  },
];

/** cert-manager really issues a certificate. */
export function certificateStep(access: KubeAccess, release: Release): AnyStep {
  return proofStep(access, {
    id: "cert-manager/certificate",
    title: "cert-manager issues a certificate",
    release,
    summary: "have a self-signed certificate issued, as a proof",
    script: proofScript(access),
    timeoutMs: 6 * 60_000,
    failure: notIssued(release),
  });
}

function notIssued({ namespace }: Release): KnownFailure {
  return {
    pattern: /^not issued: (.*)$/m,
    code: "addon/gate-closed",
    message: "cert-manager runs but issues no certificate: $1",
    remedy: `Look at \`kubectl -n ${namespace} logs deploy/cert-manager\` and at its webhook. Then run \`drover up\` again.`,
  };
}

/** Tries for 3 minutes: the webhook's own certificate takes some seconds to reach the API server. */
function proofScript(access: KubeAccess): Sh {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: proofNamespace } };
  const objects = [
    namespace,
    ...proof.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: proofNamespace } })),
  ];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  return sh`${patientKubectl(access, sh`delete namespace ${proofNamespace} --ignore-not-found --timeout 60s`)}
end=$(($(date +%s) + 180))
while :; do
  said=$(printf '%s' ${list} | ${kubectl(access, sh`apply -f -`)} 2>&1) && said=$(${kubectl(access, sh`get certificate proof -n ${proofNamespace} -o jsonpath='{.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].message}'`)} 2>&1)
  case $said in True*) echo "issued: $said"; break ;; esac
  if [ "$(date +%s)" -ge "$end" ]; then
    ${kubectl(access, sh`get events -n ${proofNamespace} --sort-by=.lastTimestamp`)} | tail -n 8
    echo "not issued: $(printf '%s' "$said" | tail -n 1)"; failed=1; break
  fi
  sleep 1
done
${kubectl(access, sh`delete namespace ${proofNamespace} --wait=false --ignore-not-found`)}
[ -z "$failed" ] || exit 1`;
}
