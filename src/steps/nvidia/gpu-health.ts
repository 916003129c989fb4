import type { GpuRemark } from "../../core/gpu-report.ts";
import type { Kernels } from "./kernels.ts";
import type { DriverGpu, SmiAnswer } from "./nvidia-smi.ts";
import { gpusOf, type PciDevice } from "./pci-devices.ts";
import { type Xid, xidMeaning } from "./xid.ts";

/** What is known of a host's GPUs. */
export interface GpuFacts {
  readonly pci: readonly PciDevice[];
  readonly smi: SmiAnswer;
  readonly xids: readonly Xid[];
  readonly kernels: Kernels | undefined;
}

type Check = (gpu: DriverGpu) => Omit<GpuRemark, "address"> | undefined;

const reset = "Reboot the host, or reset the GPU when nothing uses it (nvidia-smi --gpu-reset -i UUID).";
const replace = "Have the board replaced: NVIDIA's nvidia-bug-report.sh collects what the vendor asks for.";

/** Judged on what nvidia-smi tells, one thing each. */
const checks: readonly Check[] = [
  (gpu) =>
    gpu.remapFailed ? { severity: "error", what: "it has no spare memory rows left", fix: replace } : undefined,
  (gpu) =>
    gpu.resetRequired ? { severity: "error", what: "it must be reset before it works again", fix: reset } : undefined,
  (gpu) =>
    gpu.retirementPending
      ? { severity: "warning", what: "bad memory waits to be taken out of use", fix: reset }
      : undefined,
  (gpu) =>
    gpu.uncorrected > 0
      ? { severity: "warning", what: `${gpu.uncorrected} memory errors that ECC could not correct`, fix: reset }
      : undefined,
  (gpu) => {
    if (gpu.slowed.length === 0) return undefined;
    const fix = "Look at the fans, the air flow and the power supplies of the host.";
    return { severity: "warning", what: `it slows itself down: ${gpu.slowed.join(", ")}`, fix };
  },
  ({ link }) => {
    const { width, maxWidth } = link;
    if (width === undefined || maxWidth === undefined || width >= maxWidth) return undefined;
    return {
      severity: "warning",
      what: `PCIe runs with ${width} of ${maxWidth} lanes`,
      fix: "Seat the card or its riser anew.",
    };
  },
  ({ link }) => {
    const { generation, maxGeneration } = link;
    if (generation === undefined || maxGeneration === undefined || generation >= maxGeneration) return undefined;
    const what = `its slot does PCIe generation ${generation}, the card ${maxGeneration}`;
    return {
      severity: "warning",
      what,
      fix: "Use another slot, or look at the link speed in the firmware's settings.",
    };
  },
  ({ power }) => {
    const { limit, standard } = power;
    if (limit === undefined || standard === undefined || limit >= standard) return undefined;
    const what = `its power is limited to ${limit} W, ${standard} W is usual`;
    return { severity: "warning", what, fix: "Where that is not intended: nvidia-smi -i UUID -pl WATTS." };
  },
  ({ fabric }) =>
    fabric === undefined || fabric === "Completed"
      ? undefined
      : {
          severity: "error",
          what: `it is not on the NVLink fabric yet: ${fabric}`,
          fix: "Look at systemctl status nvidia-fabricmanager.",
        },
];

/** GPUs on the bus that the driver does not have: broken, fallen off, or taken by another driver. */
function lost({ pci, smi }: GpuFacts): readonly GpuRemark[] {
  if (smi.kind !== "answers") return [];
  const seen = new Set(smi.gpus.map((gpu) => gpu.address));
  return gpusOf(pci)
    .filter((device) => !seen.has(device.address))
    .map(({ address, driver }) => {
      const taken = driver !== undefined && driver !== "nvidia";
      const what = taken
        ? `the driver ${driver} has it, not nvidia`
        : "it is on the PCI bus, but the driver does not have it";
      const fix = taken
        ? `Take ${driver} off it, then reboot.`
        : "Look at dmesg for NVRM. A power cycle of the host helps most often.";
      return { address, severity: "error", what, fix };
    });
}

function xidFindings(xids: readonly Xid[]): readonly GpuRemark[] {
  const numbers = new Map<string, Map<number, number>>();
  for (const { address, number } of xids) {
    const counts = numbers.get(address) ?? new Map<number, number>();
    numbers.set(address, counts.set(number, (counts.get(number) ?? 0) + 1));
  }
  return [...numbers].flatMap(([address, counts]) =>
    [...counts].flatMap(([number, count]): readonly GpuRemark[] => {
      const meaning = xidMeaning(number);
      if (meaning === undefined) return [];
      const times = count === 1 ? "" : ` (${count} times)`;
      const severity = number === 79 ? "error" : "warning";
      return [{ address, severity, what: `Xid ${number} since the boot: ${meaning}${times}`, fix: reset }];
    }),
  );
}

/** The kernel that the next boot takes is the newest one. Without a module for it, that boot ends without GPUs. */
function nextKernel(kernels: Kernels | undefined): readonly GpuRemark[] {
  if (kernels === undefined || !kernels.installed.some((one) => one.module)) return [];
  const newest = [...kernels.installed].sort((a, b) => compareKernels(a.name, b.name)).at(-1);
  if (newest === undefined || newest.module || newest.name === kernels.running) return [];
  const why = newest.headers ? "" : ", nor headers to build it from";
  return [
    {
      address: undefined,
      severity: "warning",
      what: `the newest kernel ${newest.name} has no NVIDIA module${why}: after a reboot there are no GPUs`,
      fix: `Install linux-headers-${newest.name} or linux-modules-nvidia-*-${newest.name}, of the driver's version.`,
    },
  ];
}

/** Orders kernels' names as their versions are: 6.8.0-9 before 6.8.0-48. */
export function compareKernels(one: string, other: string): number {
  const [a, b] = [one, other].map((name) =>
    (/^[\d.+~-]*/.exec(name)?.[0] ?? "")
      .split(/\D+/)
      .filter((part) => part !== "")
      .map(Number),
  );
  for (let index = 0; index < Math.max(a?.length ?? 0, b?.length ?? 0); index += 1) {
    const difference = (a?.[index] ?? -1) - (b?.[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * All that is wrong with a host's GPUs, errors first. An error: work on it fails or is not to be trusted. A warning: it is
 * slower, or will fail later.
 */
export function gpuRemarks(facts: GpuFacts): readonly GpuRemark[] {
  const gpus = facts.smi.kind === "answers" ? facts.smi.gpus : [];
  const told = gpus.flatMap((gpu) =>
    checks.flatMap((check) => {
      const found = check(gpu);
      return found === undefined ? [] : [{ address: gpu.address, ...found }];
    }),
  );
  const all = [...lost(facts), ...told, ...xidFindings(facts.xids), ...nextKernel(facts.kernels)];
  return [...all.filter((one) => one.severity === "error"), ...all.filter((one) => one.severity === "warning")];
}
