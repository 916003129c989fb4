import type { ChartSettings } from "../core/addons.ts";
import type { Mapping } from "../core/mapping.ts";
import type { StepId } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import { templateText } from "../templates/load.ts";
import { mergePatch } from "../templates/merge-patch.ts";
import { parseSkeleton } from "../templates/yaml.ts";
import { clusterStep } from "./addon.ts";
import { type Fit, misfit } from "./fits.ts";
import { fromSettings, type Release } from "./release.ts";

/** What tells one chart from another. */
export interface ChartParts {
  readonly name: Release["name"];
  /** How a person calls it. */
  readonly called: string;
  readonly namespace: string;
  /** Values that Drover computes, over the skeleton and under the inventory's. */
  readonly computed?: Mapping;
  /** Steps that must be done before, besides the cluster. */
  readonly needs?: readonly StepId[];
  /** What Kubernetes its versions are made for. */
  readonly fits?: readonly Fit[];
}

/** The release of a chart whose skeleton is `templates/<name>-values.yaml`: skeleton, computed values, the inventory's. */
export function chartRelease(input: EngineInput, settings: ChartSettings, parts: ChartParts): Release {
  const { name, called, namespace, computed = {}, needs = [], fits = [] } = parts;
  const template = `${name}-values.yaml`;
  const skeleton = parseSkeleton(templateText(input.templates, template), template);
  return {
    ...fromSettings(settings, name),
    id: `${name}/release`,
    title: `${called} is installed`,
    name,
    namespace,
    values: mergePatch(mergePatch(skeleton, computed), settings.values),
    needs: [clusterStep(input), ...needs],
    timeoutMinutes: 10,
    refusal: misfit(settings.version, input.cluster.rke.kubernetesVersion, fits),
  };
}
