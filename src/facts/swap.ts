import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { swapPartitions } from "../steps/os/swap-partitions.ts";
import { wouldSwap } from "../steps/os/would-swap.ts";
import { swapUnits } from "../steps/systemd/units.ts";
import { askParts, readParts } from "./parts.ts";

/** What the host swaps to, now and after its next boot. */
export interface SwapFact {
  readonly active: readonly { readonly name: string; readonly sizeMiB: number }[];
  /** Lines of fstab, units of systemd and partitions found by their type that are swapped to after the next boot. */
  readonly atBoot: readonly string[];
}

/** Asks the kernel, fstab and systemd. */
export const swapFact: Probe<SwapFact | undefined> = {
  sh: askParts({
    active: sh`cat /proc/swaps`,
    fstab: sh`grep -E '^[[:space:]]*[^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$)' /etc/fstab`,
    units: swapUnits.sh,
    partitions: swapPartitions.sh,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["active", "fstab", "units", "partitions"]);
    const [heading, ...rows] = lines(parts?.active ?? "");
    if (parts === undefined || heading === undefined || !heading.startsWith("Filename")) return undefined;
    const units = swapUnits.parse({ code: 0, stdout: parts.units, stderr: "" }) ?? [];
    const found = swapPartitions.parse({ code: 0, stdout: parts.partitions, stderr: "" });
    const byType = found === undefined || found.targetMasked ? [] : found.devices;
    return {
      active: rows.map((row) => readSwap(row.split(/\s+/))),
      atBoot: [
        ...lines(parts.fstab).map((line) => `/etc/fstab: ${line}`),
        ...units.filter(wouldSwap).map(({ name }) => name),
        ...byType.map((device) => `${device} by its partition type`),
      ],
    };
  },
};

function readSwap([name = "", , kib = ""]: readonly string[]): { readonly name: string; readonly sizeMiB: number } {
  return { name, sizeMiB: Math.floor((Number.parseInt(kib, 10) || 0) / 1024) };
}
