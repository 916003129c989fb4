import type { DevicePluginSettings, GpuPool } from "../../core/addons.ts";
import type { Host } from "../../core/cluster.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";

/** A GPU, or a part of one that MIG made, as the driver knows it. */
export interface Gpu {
  /** `0000:41:00.0`; of a MIG part `MIG`. */
  readonly pci: string;
  /** `GPU-...` or `MIG-...` */
  readonly uuid: string;
}

/** The devices that a kubelet offers as GPUs: only healthy ones are among them. */
export type Offer = readonly string[];

/** Where device plugins have their sockets, and a kubelet writes down what they offer (devicemanager, writeCheckpoint). */
const folder = "/var/lib/kubelet/device-plugins";

/**
 * The list of healthy devices by resource, as JSON. It holds no braces of its own. A kubelet keeps it for minutes when a plugin
 * is gone, and offers nothing meanwhile: so nothing is told unless NVIDIA's plugin has a socket, which it makes last of all.
 */
export const offeredDevices: Sh = sh`[ -z "$(ls -d ${folder}/nvidia-*.sock 2>/dev/null)" ] || sed -n 's/.*"RegisteredDevices":\({[^}]*}\).*/\1/p' ${`${folder}/kubelet_internal_checkpoint`}`;

/** What the kubelet of a host offers under any name of NVIDIA's; undefined if no device plugin has offered anything yet. */
export const offerProbe: Probe<Offer | undefined> = {
  sh: offeredDevices,
  parse: ({ stdout }) => {
    const resources = readResources(stdout).filter(([name]) => name.startsWith("nvidia.com/"));
    return resources.length === 0 ? undefined : resources.flatMap(([, devices]) => devices);
  },
};

function readResources(json: string): readonly (readonly [string, readonly string[]])[] {
  try {
    const value: unknown = JSON.parse(json);
    return Object.entries(value ?? {}).map(([name, devices]) => [
      name,
      Array.isArray(devices) ? devices.map(String) : [],
    ]);
  } catch {
    return [];
  }
}

/** Prints a line `pci uuid` for each GPU, of the driver's own files; with MIG for each part, of nvidia-smi. */
export function listGpus(host: Host, settings: DevicePluginSettings): Sh {
  if (poolOf(host, settings)?.mig !== undefined)
    return sh`nvidia-smi -L | sed -n 's/.*(UUID: \(MIG-[^)]*\)).*/MIG \1/p'`;
  return sh`for gpu in /proc/driver/nvidia/gpus/*/information; do
  [ ! -r "$gpu" ] || printf '%s %s\n' "$(basename "$(dirname "$gpu")")" "$(sed -n 's/^GPU UUID:[[:space:]]*//p' "$gpu")"
done`;
}

/** The GPUs that the driver of a host knows. */
export function gpusProbe(host: Host, settings: DevicePluginSettings): Probe<readonly Gpu[]> {
  return {
    sh: listGpus(host, settings),
    parse: ({ stdout }) =>
      lines(stdout).flatMap((line) => {
        const [, pci, uuid] = /^(\S+) ((?:GPU|MIG)-\S+)$/.exec(line) ?? [];
        return pci === undefined || uuid === undefined ? [] : [{ pci, uuid }];
      }),
  };
}

function poolOf({ name }: Host, { pools }: DevicePluginSettings): GpuPool | undefined {
  return Object.values(pools).find(({ hosts }) => hosts.includes(name));
}

/** As how many devices each GPU of a host is offered. */
export function copiesOf(host: Host, settings: DevicePluginSettings): number {
  const pool = poolOf(host, settings);
  return pool?.timeSlicing ?? pool?.mps ?? 1;
}
