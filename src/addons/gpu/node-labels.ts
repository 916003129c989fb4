import { type DevicePluginSettings, noPool } from "../../core/addons.ts";
import type { Host } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { at, type KubeObject, nameOf, textAt } from "../../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../../kube/kubectl.ts";
import { nodeName } from "../../kube/node-name.ts";
import { snapshotProbe } from "../../kube/snapshot.ts";
import { clusterStep } from "../addon.ts";
import { othersProbe } from "../others-probe.ts";
import { configWithoutLabel } from "./default-config.ts";

const present = "nvidia.com/gpu.present";
const pool = "nvidia.com/device-plugin.config";
const mps = "nvidia.com/mps.capable";

/** Labels by name; undefined for one that must not be there. */
type Labels = Readonly<Record<string, string | undefined>>;

/**
 * The labels that bring the device plugin to the nodes with GPUs, and tell it how those are shared. Without them its chart
 * makes no pods, and no error. A host that leaves its pool loses them again.
 */
export function nodeLabelsStep(input: EngineInput, settings: DevicePluginSettings): AnyStep {
  return defineStep({
    id: "nvidia-device-plugin/nodes",
    title: "The nodes with GPUs are marked for the device plugin",
    probes: () => ({ snapshot: snapshotProbe(input), daemonSets: othersProbe(input, "DaemonSet") }),
    decide: ({ snapshot, daemonSets = [] }): Decision => {
      if (snapshot === undefined)
        return { kind: "later", after: clusterStep(input), because: "the cluster does not answer yet" };
      const rivals = daemonSets.filter(isRival);
      if (rivals.length > 0) return anotherPlugin(rivals);
      const byName = new Map(snapshot.nodes.map((node) => [nameOf(node), node]));
      const changes = input.cluster.hosts.flatMap((host) => {
        const node = byName.get(nodeName(host));
        const has = node === undefined ? undefined : at(node, "metadata", "labels");
        return node === undefined ? [] : changeFor(input, host, Object(has), labelsOf(host, settings));
      });
      return changesOrOk(changes);
    },
  });
}

/** Takes all these labels from all nodes. */
export function unlabelNodes(access: KubeAccess): Sh {
  return kubectl(access, sh`label nodes --all ${[present, pool, mps].map((name) => `${name}-`)}`);
}

function labelsOf(host: Host, settings: DevicePluginSettings): Labels {
  const [name, its] = Object.entries(settings.pools).find(([, { hosts }]) => hosts.includes(host.name)) ?? [];
  const unshared = host.gpu && configWithoutLabel(settings) !== noPool ? noPool : undefined;
  return {
    [present]: host.gpu ? "true" : undefined,
    [pool]: name ?? unshared,
    [mps]: its?.mps === undefined ? undefined : "true",
  };
}

function changeFor(access: KubeAccess, host: Host, has: Labels, wanted: Labels): readonly Change[] {
  const differing = Object.entries(wanted).filter(([name, value]) => has[name] !== value);
  if (differing.length === 0) return [];
  const words = differing.map(([name, value]) => (value === undefined ? `${name}-` : `${name}=${value}`));
  const run = kubectl(access, sh`label --overwrite node ${nodeName(host)} ${words}`);
  return [
    { summary: `label ${host.name}: ${words.join(" ")}`, actions: [{ kind: "run", sh: run, timeoutMs: 30_000 }] },
  ];
}

/** The DaemonSet of another device plugin: two would offer each GPU twice. */
function isRival(one: KubeObject): boolean {
  return namespaceOf(one) !== "nvidia-device-plugin" && /nvidia.*device-plugin|gpu-operator/.test(nameOf(one));
}

function namespaceOf(object: KubeObject): string {
  return textAt(object, "metadata", "namespace");
}

function anotherPlugin(rivals: readonly KubeObject[]): Decision {
  return {
    kind: "blocked",
    code: "addon/release-foreign",
    because: `a device plugin is there already: ${rivals.map((one) => `${namespaceOf(one)}/${nameOf(one)}`).join(", ")}. Two would offer every GPU twice`,
    remedy: "Remove that one, or addons.nvidiaDevicePlugin from the inventory.",
  };
}
