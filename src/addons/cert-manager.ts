import type { CertManagerSettings } from "../core/cluster.ts";
import type { Stage } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import { templateText } from "../templates/load.ts";
import { mergePatch } from "../templates/merge-patch.ts";
import { type Mapping, parseSkeleton } from "../templates/yaml.ts";
import { certificateStep } from "./certificate-step.ts";
import { helmRelease } from "./helm-release.ts";
import { chartSource, type Release } from "./release.ts";

/** The skeleton's name in the templates folder. */
export const certManagerTemplate = "cert-manager-values.yaml";

/** cert-manager, and the proof that it issues certificates. */
export function certManagerStages(input: EngineInput, settings: CertManagerSettings): readonly Stage[] {
  const release = certManagerRelease(input, settings);
  return [
    { id: "cert-manager", title: "cert-manager", on: "control", steps: [helmRelease(input, release)] },
    { id: "certificate", title: "A first certificate", on: "control", steps: [certificateStep(input, release)] },
  ];
}

/** The release as it is wanted: skeleton, then the key for CRDs of this version, then the inventory's values. */
export function certManagerRelease({ templates }: EngineInput, settings: CertManagerSettings): Release {
  const skeleton = parseSkeleton(templateText(templates, certManagerTemplate), certManagerTemplate);
  return {
    id: "cert-manager/release",
    title: "cert-manager is installed",
    name: "cert-manager",
    namespace: "cert-manager",
    chart: chartSource(settings.chart, "cert-manager"),
    version: settings.version,
    values: mergePatch(mergePatch(skeleton, crds(settings.version)), settings.values),
    after: "rke/ready",
    timeoutMinutes: 10,
  };
}

/** `crds.enabled` came with 1.15; newer charts refuse keys that they do not know, older ones ignore them. */
function crds(version: string): Mapping {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > 1 || minor >= 15 ? { crds: { enabled: true } } : { installCRDs: true };
}
