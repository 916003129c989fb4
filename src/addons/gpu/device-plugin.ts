import { type DevicePluginSettings, type GpuPool, noPool } from "../../core/addons.ts";
import type { Mapping } from "../../core/mapping.ts";
import { dumpYaml } from "../../templates/yaml.ts";
import type { MakeAddon } from "../addon.ts";
import { chartRelease } from "../chart-addon.ts";
import { helmRelease } from "../helm-release.ts";
import { allocatableStage } from "./allocatable.ts";
import { configWithoutLabel } from "./default-config.ts";
import { nodeLabelsStep, unlabelNodes } from "./node-labels.ts";

/** NVIDIA's device plugin, and the proof that every GPU of every host is offered to pods. */
export const devicePlugin: MakeAddon = (input) => {
  const settings = input.cluster.addons.nvidiaDevicePlugin;
  if (settings === undefined) return undefined;
  const labels = nodeLabelsStep(input, settings);
  const release = chartRelease(input, settings, {
    name: "nvidia-device-plugin",
    called: "NVIDIA's device plugin",
    namespace: "nvidia-device-plugin",
    computed: sharing(settings),
    needs: [labels.id],
  });
  return {
    key: "nvidiaDevicePlugin",
    release,
    undo: unlabelNodes(input),
    alsoGone: "Pods get no GPUs any more; running ones keep theirs until they end.\n",
    steps: [labels, helmRelease(input, release)],
    after: allocatableStage(settings, release),
  };
};

/** One configuration for each pool, chosen by a node's label; none at all where nothing is shared. */
function sharing(settings: DevicePluginSettings): Mapping {
  const { pools } = settings;
  if (Object.keys(pools).length === 0) return {};
  const configs = Object.entries(pools).map(([name, pool]) => [name, dumpYaml(poolConfig(pool))]);
  const map = { [noPool]: dumpYaml({ version: "v1" }), ...Object.fromEntries(configs) };
  return { config: { default: configWithoutLabel(settings), map } };
}

/** The format is of NVIDIA's README, "Configuring shared access to GPUs". */
function poolConfig({ timeSlicing, mps, mig }: GpuPool): Mapping {
  const resources = (replicas: number) => ({ resources: [{ name: "nvidia.com/gpu", replicas }] });
  if (mig !== undefined) return { version: "v1", flags: { migStrategy: mig } };
  if (mps !== undefined) return { version: "v1", sharing: { mps: resources(mps) } };
  return timeSlicing === undefined
    ? { version: "v1" }
    : { version: "v1", sharing: { timeSlicing: resources(timeSlicing) } };
}
