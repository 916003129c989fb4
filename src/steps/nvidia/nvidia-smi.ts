import { inOneLine } from "../../core/printable.ts";
import type { Probe, Result } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { pciAddress } from "./pci-devices.ts";
import { readSmiLines, type SmiNode, smiContainers, smiLeaves } from "./smi-xml.ts";

/** A GPU's way to the host. The generation of the moment is left out: an idle link goes down to save power. */
export interface PcieLink {
  readonly width: number | undefined;
  readonly maxWidth: number | undefined;
  /** The best that card and slot can do together. */
  readonly generation: number | undefined;
  /** The best that the card can do. */
  readonly maxGeneration: number | undefined;
}

/** A GPU as the driver sees it. What a model does not have, or a driver does not tell, is undefined. */
export interface DriverGpu {
  /** As the kernel writes it: `0000:41:00.0`. */
  readonly address: string;
  /** `GPU-513536b6-7d19-9063-b049-1e69664bb298` */
  readonly uuid: string;
  readonly name: string;
  readonly memoryMiB: number | undefined;
  readonly persistence: boolean;
  readonly mig: boolean;
  readonly ecc: boolean | undefined;
  /** Memory errors since the driver was loaded that ECC could not correct. */
  readonly uncorrected: number;
  /** Memory is to be taken out of use at the next reset: pages or rows. */
  readonly retirementPending: boolean;
  /** There are no spare rows left: the board must be replaced. */
  readonly remapFailed: boolean;
  readonly link: PcieLink;
  readonly temperature: number | undefined;
  /** Watts. */
  readonly power: { readonly limit: number | undefined; readonly standard: number | undefined };
  /** The board itself slows its clocks: heat, or a power brake. */
  readonly slowed: readonly ("heat" | "power brake" | "hardware")[];
  readonly resetRequired: boolean;
  /** How far the GPU is on the NVLink fabric: `Completed`, `In Progress`; undefined without one. */
  readonly fabric: string | undefined;
}

/** What nvidia-smi says of the host. */
export type SmiAnswer =
  | { readonly kind: "answers"; readonly driverVersion: string; readonly gpus: readonly DriverGpu[] }
  /** Libraries of another version than the loaded module. */
  | { readonly kind: "mismatch"; readonly library: string | undefined }
  | { readonly kind: "missing" }
  /** There is no driver in the kernel, or it has no GPU, or something else is wrong: `said` is its first line. */
  | { readonly kind: "no-driver" | "no-devices" | "failed"; readonly said: string };

const wanted = `<(/?(${smiContainers.join("|")})|(${smiLeaves.join("|")}))[^a-z0-9_]`;

function number(text: string | undefined): number | undefined {
  const [found] = /^-?\d+(?:\.\d+)?/.exec(text ?? "") ?? [];
  return found === undefined ? undefined : Number(found);
}

function slowed(leaves: SmiNode["leaves"]): DriverGpu["slowed"] {
  const active = (reason: string): boolean =>
    ["event", "throttle"].some((word) => leaves.get(`clocks_${word}_reason_${reason}`) === "Active");
  const heat = active("hw_thermal_slowdown");
  const brake = active("hw_power_brake_slowdown");
  const other = active("hw_slowdown") && !heat && !brake;
  return [
    ...(heat ? ["heat" as const] : []),
    ...(brake ? ["power brake" as const] : []),
    ...(other ? ["hardware" as const] : []),
  ];
}

function eccOf(value: string | undefined): boolean | undefined {
  return value === "Enabled" ? true : value === "Disabled" ? false : undefined;
}

function fabricOf(value: string | undefined): string | undefined {
  return value === undefined || value === "N/A" ? undefined : inOneLine(value);
}

function readGpu({ id, leaves }: SmiNode): readonly DriverGpu[] {
  const [address, uuid] = [pciAddress(id), leaves.get("uuid") ?? ""];
  if (address === undefined || !/^GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return [];
  const of = (name: string): number | undefined => number(leaves.get(name));
  const yes = (name: string): boolean => leaves.get(name) === "Yes";
  const sram = ["", "_parity", "_secded"].map((kind) => `volatile/sram_uncorrectable${kind}`);
  const errors = ["volatile/dram_uncorrectable", ...sram, "volatile/double_bit/total"];
  return [
    {
      address,
      uuid,
      name: inOneLine(leaves.get("product_name") ?? ""),
      memoryMiB: of("fb_memory_usage/total"),
      persistence: leaves.get("persistence_mode") === "Enabled",
      mig: leaves.get("current_mig") === "Enabled",
      ecc: eccOf(leaves.get("current_ecc")),
      uncorrected: errors.reduce((sum, name) => sum + (of(name) ?? 0), 0),
      retirementPending: yes("pending_retirement") || yes("pending_blacklist") || yes("remapped_row_pending"),
      remapFailed: yes("remapped_row_failure"),
      link: {
        width: of("current_link_width"),
        maxWidth: of("max_link_width"),
        generation: of("max_link_gen"),
        maxGeneration: of("max_device_link_gen"),
      },
      temperature: of("gpu_temp"),
      power: {
        limit: of("enforced_power_limit") ?? of("current_power_limit") ?? of("power_limit"),
        standard: of("default_power_limit"),
      },
      slowed: slowed(leaves),
      resetRequired: yes("reset_required"),
      fabric: fabricOf(leaves.get("fabric/state")),
    },
  ];
}

// The words are nvidia-smi's own (535 to 580); its exit codes differ between versions.
function failed(answer: Result): SmiAnswer {
  if (answer.code === 127) return { kind: "missing" };
  const said = `${answer.stdout}\n${answer.stderr}`;
  if (/Driver\/library version mismatch/.test(said)) {
    return { kind: "mismatch", library: /^NVML library version: (\d{3}\.[\d.]+)/m.exec(said)?.[1] };
  }
  const first = inOneLine(said.split("\n").find((text) => text.trim() !== "") ?? "");
  if (/couldn't communicate with the NVIDIA driver|Driver Not Loaded/.test(said))
    return { kind: "no-driver", said: first };
  return { kind: /^No devices (were )?found/m.test(said) ? "no-devices" : "failed", said: first };
}

/**
 * All that nvidia-smi knows, in XML: unlike `--query-gpu` it does not refuse as a whole where one field is unknown to a
 * driver's version. Only the lines that are read are sent; its own exit code is kept.
 */
export const nvidiaSmi: Probe<SmiAnswer> = {
  sh: sh`command -v nvidia-smi >/dev/null || exit 127
out=$(nvidia-smi -q -x 2>&1)
code=$?
if [ "$code" -eq 0 ]; then printf '%s\n' "$out" | grep -E ${wanted}; else printf '%s\n' "$out" | head -n 5; fi
exit "$code"`,
  parse: (answer) => {
    const driverVersion = /<driver_version>\s*(\d{3}\.[\d.]+)\s*</.exec(answer.stdout)?.[1];
    if (answer.code !== 0 || driverVersion === undefined) return failed(answer);
    return { kind: "answers", driverVersion, gpus: readSmiLines(answer.stdout).flatMap(readGpu) };
  },
};
