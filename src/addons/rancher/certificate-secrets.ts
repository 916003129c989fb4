import type { RancherSettings } from "../../core/addons.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { clusterStep } from "../addon.ts";
import { objectsStep } from "../objects-step.ts";
import { certificateFault, type ServerCertificate } from "./certificate.ts";

/** The customer's own certificate, checked and brought to where Rancher's chart looks for it; nothing for other sources. */
export function certificateSecrets(
  input: EngineInput,
  { tls, hostname }: RancherSettings,
  namespace: string,
): readonly AnyStep[] {
  if (tls.source !== "secret") return [];
  const { certificate, key, ca } = tls;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const server = {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/tls",
    metadata: { name: "tls-rancher-ingress" },
    data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
  };
  const authority = {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { name: "tls-ca" },
    data: { "cacerts.pem": base64(ca ?? "") },
  };
  const step = objectsStep(input, {
    id: "rancher/certificate",
    title: "Rancher has the certificate of the inventory",
    addon: "rancher",
    namespace,
    objects: ca === undefined ? [server] : [server, authority],
    needs: [clusterStep(input)],
    refuse: faultProbe({ certificate, key, ca }, hostname),
  });
  return [step];
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
