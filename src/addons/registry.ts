import type { Stage } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import type { Addon, MakeAddon } from "./addon.ts";
import { certManager } from "./cert-manager.ts";
import { dashboard } from "./dashboard.ts";
import { devicePlugin } from "./gpu/device-plugin.ts";
import { kubeVip } from "./kube-vip.ts";
import { kubeflow } from "./kubeflow/kubeflow.ts";
import { kubeflowPipelines } from "./kubeflow-pipelines.ts";
import { kubeRay } from "./kuberay.ts";
import { kueue } from "./kueue.ts";
import { localPath } from "./local-path.ts";
import { metallb } from "./metallb.ts";
import { metricsServer } from "./metrics-server.ts";
import { monitoring } from "./monitoring/monitoring.ts";
import { objectStorage } from "./object-storage.ts";
import { olm } from "./olm.ts";
import { rancher } from "./rancher/rancher.ts";
import { registryCredentials } from "./registry-credentials/registry-credentials.ts";
import { runningStep } from "./running-step.ts";
import { traefik } from "./traefik.ts";

/** Every addon, each after those that it may need. */
const all: readonly MakeAddon[] = [
  certManager,
  metallb,
  kubeVip,
  localPath,
  traefik,
  metricsServer,
  devicePlugin,
  dashboard,
  monitoring,
  kubeRay,
  kueue,
  olm,
  kubeflowPipelines,
  kubeflow,
  objectStorage,
  registryCredentials,
  rancher,
];

/** The addons that the inventory asks for. */
export function addonsOf(input: EngineInput): readonly Addon[] {
  return all.map((make) => make(input)).filter((addon) => addon !== undefined);
}

/**
 * The stages of all addons that the inventory asks for: those that do not need each other are installed at the same time. An
 * addon that is not asked for is not touched.
 */
export function addonStages(input: EngineInput): readonly Stage[] {
  const addons = addonsOf(input);
  if (addons.length === 0) return [];
  const steps = addons.flatMap((addon) => addon.steps);
  const running = runningStep(
    input,
    addons.map(({ release }) => release.namespace),
    steps.map(({ id }) => id),
  );
  const stages: readonly (Stage | undefined)[] = [
    ...addons.map(({ before }) => before),
    { id: "addons", title: "The addons", on: "control", together: true, steps: [...steps, running] },
    ...addons.map(({ after }) => after),
  ];
  return stages.filter((stage) => stage !== undefined);
}
