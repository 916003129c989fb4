import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type AnyStep, defineStep, type KnownFailure, ok } from "../core/step.ts";
import { textAt } from "../engines/rke/kube-object.ts";
import { type KubeAccess, kubectl } from "../engines/rke/kubectl.ts";
import { noteMetadata, rememberedProbe } from "../engines/rke/remembered.ts";
import { lockRelease } from "./helm-lock.ts";
import { findRelease } from "./helm-release.ts";
import { installedProbe } from "./installed.ts";
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

/**
 * A gate: cert-manager really issues a certificate. Proven once for each revision of the release, which a ConfigMap
 * beside it remembers; so a run with nothing to do only reads that.
 */
export function certificateStep(access: KubeAccess, release: Release): AnyStep {
  return defineStep({
    id: "cert-manager/certificate",
    title: "cert-manager issues a certificate",
    needs: [release.id],
    probes: () => ({
      releases: installedProbe(access),
      remembered: rememberedProbe(access),
    }),
    decide: ({ releases, remembered }) => {
      const found = findRelease(releases ?? [], release);
      if (found?.status !== "deployed")
        return { kind: "later", after: release.id, because: `${release.name} is not deployed yet` };
      const wanted = `${found.revision} of ${found.updated}`;
      const note = remembered.get(release.namespace);
      if (note !== undefined && textAt(note, "data", "provenRevision") === wanted) return ok;
      const action = {
        kind: "run",
        sh: joinSh([
          lockRelease(access.paths, release.name),
          proofScript(access),
          rememberScript(access, release.namespace, wanted),
        ]),
        timeoutMs: 6 * 60_000,
        failures: [notIssued(release)],
      } as const;
      return {
        kind: "change",
        changes: [{ summary: "have a self-signed certificate issued, as a proof", actions: [action] }],
      };
    },
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
  return sh`${kubectl(access, sh`delete namespace ${proofNamespace} --ignore-not-found --timeout 60s`)}
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

function rememberScript(access: KubeAccess, namespace: string, revision: string): Sh {
  const metadata = { ...noteMetadata, namespace };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { provenRevision: revision } };
  return sh`printf '%s' ${JSON.stringify(configMap)} | ${kubectl(access, sh`apply -f -`)}`;
}
