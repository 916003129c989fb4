import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts, shortText, wholeNumber } from "./parts.ts";

/** The machine itself: its identities and its size. */
export interface MachineFact {
  readonly hostname: string;
  /** /etc/machine-id: equal on two hosts if one is a clone of the other. */
  readonly machineId: string | undefined;
  /** The firmware's id of the board or virtual machine. */
  readonly productUuid: string | undefined;
  /** New at each boot: equal on two hosts only if they are one machine. */
  readonly bootId: string | undefined;
  /** Maker and model, as the firmware has them. */
  readonly model: string | undefined;
  readonly cpus: number;
  readonly cpuModel: string | undefined;
  readonly memoryMiB: number;
  /** As systemd-detect-virt(1) calls it; `none` on bare metal. */
  readonly virtualisation: string;
  /** Memory errors that the hardware could not correct since boot (EDAC); undefined where it does not count them. */
  readonly memoryErrors: number | undefined;
}

const names = [
  "hostname",
  "machineId",
  "productUuid",
  "bootId",
  "model",
  "cpus",
  "cpu",
  "memory",
  "virt",
  "edac",
] as const;

/** Asks the kernel, the firmware (DMI) and systemd. */
export const machineFact: Probe<MachineFact | undefined> = {
  sh: askParts({
    hostname: sh`cat /proc/sys/kernel/hostname`,
    machineId: sh`cat /etc/machine-id`,
    productUuid: sh`cat /sys/class/dmi/id/product_uuid`,
    bootId: sh`cat /proc/sys/kernel/random/boot_id`,
    model: sh`cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name | tr '\n' ' '`,
    cpus: sh`nproc`,
    cpu: sh`sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1`,
    memory: sh`sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo`,
    virt: sh`systemd-detect-virt`,
    edac: sh`cat /sys/devices/system/edac/mc/mc*/ue_count`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, names);
    const cpus = wholeNumber(parts?.cpus);
    const kib = wholeNumber(parts?.memory);
    if (parts === undefined || cpus === undefined || kib === undefined) return undefined;
    return {
      hostname: parts.hostname.trim(),
      machineId: identity(parts.machineId),
      productUuid: identity(parts.productUuid)?.toLowerCase(),
      bootId: identity(parts.bootId),
      model: shortText(parts.model),
      cpus,
      cpuModel: shortText(parts.cpu),
      memoryMiB: Math.floor(kib / 1024),
      virtualisation: parts.virt.trim() || "unknown",
      memoryErrors: sum(parts.edac),
    };
  },
};

function identity(text: string): string | undefined {
  const found = text.trim();
  return /^[0-9A-Fa-f-]{32,36}$/.test(found) ? found : undefined;
}

function sum(text: string): number | undefined {
  const counts = text.split("\n").flatMap((line) => wholeNumber(line) ?? []);
  return counts.length === 0 ? undefined : counts.reduce((total, one) => total + one, 0);
}
