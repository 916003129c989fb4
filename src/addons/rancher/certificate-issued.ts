import type { RancherSettings } from "../../core/addons.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, type Decision, defineStep, ok, type StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { madeByDrover } from "../namespace.ts";

const secret = "tls-rancher-ingress";

/**
 * A certificate of the customer's that the inventory no longer names must go: cert-manager issues none into a Secret whose key
 * is not of the kind that it would make, and waits for a person instead ("CannotRegenerateKey"). Nothing with one's own.
 */
export function issuedCertificate(
  input: EngineInput,
  { tls }: RancherSettings,
  release: { readonly id: StepId; readonly namespace: string },
): readonly AnyStep[] {
  if (tls.source === "secret") return [];
  const { namespace } = release;
  const path = "{.metadata.labels.app\\.kubernetes\\.io/managed-by}";
  const step = defineStep({
    id: "rancher/certificate-issued",
    title: "No earlier certificate is in the way of the one that cert-manager issues",
    needs: [release.id],
    probes: () => ({
      maker: {
        sh: kubectl(input, sh`get secret ${secret} -n ${namespace} --ignore-not-found -o jsonpath=${path}`),
        parse: ({ code, stdout }) => (code === 0 ? stdout.trim() : undefined),
      },
    }),
    decide: ({ maker }): Decision => {
      if (maker === undefined) return { kind: "later", after: release.id, because: "the cluster does not answer yet" };
      return maker === ownLabel ? { kind: "change", changes: [removal(input, namespace)] } : ok;
    },
  });
  return [step];
}

const [ownLabel] = Object.values(madeByDrover);

function removal(input: EngineInput, namespace: string): Change {
  const run = kubectl(input, sh`delete secret ${secret} -n ${namespace} --ignore-not-found`);
  return {
    summary: "take away the certificate that the inventory no longer names, so that cert-manager issues one",
    actions: [{ kind: "run", sh: run, timeoutMs: 60_000 }],
    disrupts: "service",
  };
}
