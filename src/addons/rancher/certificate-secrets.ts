import type { RancherSettings, RancherTls } from "../../core/addons.ts";
import type { Mapping } from "../../core/mapping.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision, StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { clusterStep } from "../addon.ts";
import { objectsStep } from "../objects-step.ts";
import { certificateFault, type ServerCertificate } from "./certificate.ts";

type OwnCertificate = Extract<RancherTls, { readonly source: "secret" }>;

/**
 * The customer's own certificate, checked and brought to where Rancher's chart looks for it, before Rancher is installed;
 * nothing for other sources. While an older release still has cert-manager fill the same Secret, it is enough that there is one.
 */
export function certificateSecrets(
  input: EngineInput,
  settings: RancherSettings,
  namespace: string,
): readonly AnyStep[] {
  const { tls, hostname } = settings;
  if (tls.source !== "secret") return [];
  const server = serverSecret(tls);
  const step = objectsStep(input, {
    id: "rancher/certificate",
    title: "Rancher has the certificate of the inventory",
    addon: "rancher",
    namespace,
    objects: tls.ca === undefined ? [server] : [server, authoritySecret(tls.ca)],
    enoughIfThere: [server],
    needs: [clusterStep(input)],
    refuse: faultProbe(tls, hostname),
  });
  return [step];
}

/** The same certificate once more, after the release that no longer has cert-manager fill its Secret, and when it is renewed. */
export function servedCertificate(
  input: EngineInput,
  { tls }: RancherSettings,
  release: { readonly id: StepId; readonly namespace: string },
): readonly AnyStep[] {
  if (tls.source !== "secret") return [];
  const step = objectsStep(input, {
    id: "rancher/certificate-served",
    title: "Rancher's ingress serves the certificate of the inventory",
    addon: "rancher",
    namespace: release.namespace,
    objects: [serverSecret(tls)],
    needs: [release.id],
  });
  return [step];
}

function serverSecret({ certificate, key }: OwnCertificate): Mapping {
  const data = { "tls.crt": base64(certificate), "tls.key": base64(key) };
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/tls",
    metadata: { name: "tls-rancher-ingress" },
    data,
  };
}

function authoritySecret(ca: string): Mapping {
  const data = { "cacerts.pem": base64(ca) };
  return { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name: "tls-ca" }, data };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The time is the control machine's, so that checking stays pure. */
function faultProbe(given: ServerCertificate, hostname: string): Probe<Decision | undefined> {
  return {
    sh: sh`date +%s`,
    parse: ({ stdout }) => {
      const fault = certificateFault(given, hostname, Number(stdout) * 1000);
      if (fault === undefined) return undefined;
      return {
        kind: "blocked",
        code: "addon/certificate-unusable",
        because: `Rancher's certificate cannot be used: ${fault}`,
        remedy: "Put addons.rancher.tls right in the inventory.",
      };
    },
  };
}
