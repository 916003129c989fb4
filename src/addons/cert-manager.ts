import type { ChartSettings } from "../core/addons.ts";
import type { Mapping } from "../core/mapping.ts";
import type { EngineInput } from "../engines/engine.ts";
import { templateText } from "../templates/load.ts";
import { mergePatch } from "../templates/merge-patch.ts";
import { parseSkeleton } from "../templates/yaml.ts";
import { clusterStep, type MakeAddon } from "./addon.ts";
import { certificateStep } from "./certificate-step.ts";
import { certManagerFits, misfit } from "./fits.ts";
import { helmRelease } from "./helm-release.ts";
import { fromSettings, type Release } from "./release.ts";

/** The skeleton's name in the templates folder. */
const certManagerTemplate = "cert-manager-values.yaml";

/** cert-manager, and the proof that it issues certificates. */
export const certManager: MakeAddon = (input) => {
  const settings = input.cluster.addons.certManager;
  if (settings === undefined) return undefined;
  const release = certManagerRelease(input, settings);
  return {
    key: "certManager",
    release,
    alsoGone: "Nobody renews certificates any more. Before version 1.15 all Certificates go with its CRDs.\n",
    steps: [helmRelease(input, release), certificateStep(input, release)],
  };
};

/** The release as it is wanted: skeleton, then the key for CRDs of this version, then the inventory's values. */
export function certManagerRelease(input: EngineInput, settings: ChartSettings): Release {
  const skeleton = parseSkeleton(templateText(input.templates, certManagerTemplate), certManagerTemplate);
  return {
    ...fromSettings(settings, "cert-manager"),
    id: "cert-manager/release",
    title: "cert-manager is installed",
    name: "cert-manager",
    namespace: "cert-manager",
    values: mergePatch(mergePatch(skeleton, crds(settings.version)), settings.values),
    needs: [clusterStep(input)],
    timeoutMinutes: 10,
    refusal: misfit(settings.version, input.cluster.rke.kubernetesVersion, certManagerFits),
  };
}

/** `crds.enabled` came with 1.15; newer charts refuse keys that they do not know, older ones ignore them. */
function crds(version: string): Mapping {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > 1 || minor >= 15 ? { crds: { enabled: true } } : { installCRDs: true };
}
