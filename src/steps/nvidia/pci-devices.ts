import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { isNvSwitch } from "./nvswitch.ts";

/** One device of NVIDIA's on the PCI bus, as the kernel lists it, whether or not a driver has it. */
export interface PciDevice {
  /** `0000:41:00.0` */
  readonly address: string;
  /** Four hex digits. */
  readonly deviceId: string;
  readonly kind: "gpu" | "nvswitch" | "other";
  /** The kernel driver that has it: `nvidia`, `nouveau`, `vfio-pci`; undefined for none. */
  readonly driver: string | undefined;
}

const row = /^([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\|0x([0-9a-f]{4})[0-9a-f]{2}\|0x([0-9a-f]{4})\|([\w-]*)$/;

// PCI class 03 is a display controller: 0300 with a screen, 0302 without. 0680 is another kind of bridge.
function read(line: string): readonly PciDevice[] {
  const [, address, pciClass = "", deviceId = "", driver = ""] = row.exec(line) ?? [];
  if (address === undefined) return [];
  const kind = pciClass.startsWith("03") ? "gpu" : pciClass === "0680" && isNvSwitch(deviceId) ? "nvswitch" : "other";
  return [{ address, deviceId, kind, driver: driver === "" ? undefined : driver }];
}

/**
 * NVIDIA's devices from /sys, which needs neither lspci nor an up-to-date pci.ids; undefined where the answer was cut.
 * Where there is no PCI bus there is none.
 */
export const nvidiaPciDevices: Probe<readonly PciDevice[] | undefined> = {
  sh: sh`cd /sys/bus/pci/devices 2>/dev/null || { echo end; exit 0; }
for d in *; do
  v=
  [ -r "$d/vendor" ] && read -r v <"$d/vendor"
  [ "$v" = 0x10de ] || continue
  driver=$(readlink "$d/driver")
  printf '%s|%s|%s|%s\n' "$d" "$(cat "$d/class")" "$(cat "$d/device")" "$(basename "$driver")"
done
echo end`,
  parse: (answer) => {
    const rows = lines(answer.stdout);
    return answer.code === 0 && rows.at(-1) === "end" ? rows.flatMap(read) : undefined;
  },
};

/** The GPUs among them. */
export function gpusOf(devices: readonly PciDevice[]): readonly PciDevice[] {
  return devices.filter((device) => device.kind === "gpu");
}

/**
 * A PCI address as the kernel writes it, with four digits of its domain or as many as it needs. nvidia-smi says `00000000:41:00.0` or `0000:41:00.0` in upper case, the kernel's log
 * `0000:41:00` or `0000:41:00.0`.
 */
export function pciAddress(text: string): string | undefined {
  const [, domain, rest, fn = "0"] =
    /^([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2})(?:\.([0-7]))?$/.exec(text.trim().toLowerCase()) ?? [];
  if (domain === undefined || rest === undefined) return undefined;
  return `${domain.replace(/^0+(?=[0-9a-f]{4})/, "")}:${rest}.${fn}`;
}
