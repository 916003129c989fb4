import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { gpuModel, gpuName } from "../steps/nvidia/gpu-models.ts";
import { isNvSwitch } from "../steps/nvidia/nvswitch.ts";
import { askParts, readParts, shortText, wholeNumber } from "./parts.ts";

/** One PCI device of NVIDIA's that computes or switches NVLink; audio and USB functions are left out. */
export interface Gpu {
  /** `0000:01:00.0` */
  readonly pciAddress: string;
  /** Four hexadecimal digits each. */
  readonly vendorId: string;
  readonly deviceId: string;
  /** By its id where that is known, else as lspci names it, else as much as the id tells. */
  readonly model: string;
  readonly kind: "gpu" | "nvswitch";
  /** The kernel driver that has it: `nvidia`, `nouveau`, `vfio-pci`. */
  readonly driver: string | undefined;
  /** It does not answer on the bus any more: all bits of its configuration read as one. */
  readonly lost: boolean;
  /** PCIe lanes in use, and how many it could use; undefined where the kernel does not tell. */
  readonly lanes: number | undefined;
  readonly maxLanes: number | undefined;
}

/** Classes of PCI devices: VGA and 3D controllers, and bridges of class 0680, which NVSwitches are. */
const kinds: Readonly<Record<string, Gpu["kind"]>> = { "0300": "gpu", "0302": "gpu", "0680": "nvswitch" };

/** Asks sysfs, and lspci for names where it is installed. */
export const gpusFact: Probe<readonly Gpu[] | undefined> = {
  sh: askParts({
    devices: sh`for d in /sys/bus/pci/devices/*; do
[ "$(cat "$d/vendor")" = 0x10de ] || continue
drv=none; [ ! -e "$d/driver" ] || drv=$(basename "$(readlink "$d/driver")")
first=$(od -An -tx1 -N4 "$d/config" | tr -d ' ')
echo "$(basename "$d") $(cat "$d/device") $(cat "$d/class") $drv $first $(cat "$d/current_link_width" || echo -) $(cat "$d/max_link_width" || echo -)"
done; echo done`,
    names: sh`command -v lspci >/dev/null && lspci -D -d 10de:`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["devices", "names"]);
    const rows = lines(parts?.devices ?? "");
    if (parts === undefined || rows.at(-1) !== "done") return undefined;
    const named = new Map(lines(parts.names).map((line) => [line.split(" ")[0] ?? "", modelIn(line)]));
    return rows.slice(0, -1).flatMap((row) => readDevice(row, named));
  },
};

function readDevice(row: string, named: ReadonlyMap<string, string | undefined>): readonly Gpu[] {
  const [address = "", device = "", type = "", driver = "", config = "", lanes, maxLanes] = row.split(" ");
  const kind = kinds[type.slice(2, 6)];
  const [, deviceId] = /^0x([0-9a-f]{4})$/.exec(device) ?? [];
  if (
    kind === undefined ||
    deviceId === undefined ||
    (kind === "nvswitch" && !isNvSwitch(deviceId)) ||
    !/^[0-9a-f:.]{7,16}$/.test(address)
  )
    return [];
  return [
    {
      pciAddress: address,
      vendorId: "10de",
      deviceId,
      model: kind === "nvswitch" ? (named.get(address) ?? "NVSwitch") : modelOf(deviceId, named.get(address)),
      kind,
      driver: driver === "none" ? undefined : shortText(driver),
      lost: config === "ffffffff",
      lanes: wholeNumber(lanes),
      maxLanes: wholeNumber(maxLanes),
    },
  ];
}

function modelOf(deviceId: string, lspci: string | undefined): string {
  return gpuModel(deviceId) === undefined && lspci !== undefined ? `NVIDIA ${lspci}` : gpuName(deviceId);
}

/** `0000:01:00.0 3D controller: NVIDIA Corporation GH100 [H200 SXM 141GB] (rev a1)` */
function modelIn(line: string): string | undefined {
  const [, whole] = /: NVIDIA Corporation (.*?)(?: \(rev \w+\))?$/.exec(line) ?? [];
  return shortText(/\[(.+)\]$/.exec(whole ?? "")?.[1] ?? whole);
}
