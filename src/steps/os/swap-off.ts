import { printLines } from "../../core/file-question.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Change } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { swapUnits, type Unit } from "../systemd/units.ts";
import { rememberOnce, rememberUnit } from "../undo/remember.ts";
import { type SwapPartitions, swapPartitions } from "./swap-partitions.ts";
import { wouldSwap } from "./would-swap.ts";

const fstabPath = "/etc/fstab";
const marker = "# drover: swap off # ";

/** The devices and files that are swapped to, or undefined without the table's heading. */
const inUse: Probe<readonly string[] | undefined> = {
  sh: printLines("/proc/swaps"),
  parse: (answer) => {
    const [heading, ...rows] = lines(answer.stdout);
    if (answer.code !== 0 || heading === undefined || !heading.startsWith("Filename")) return undefined;
    return rows.map((row) => row.split(/\s+/)[0] ?? "");
  },
};

/** fstab with each swap line behind our marker, everything else as it was. */
export function withoutSwap(fstab: string): string {
  return fstab.replace(/^[ \t]*[^#\s]\S*[ \t]+\S+[ \t]+swap(?=[ \t\r\n]|$)[^\n]*/gm, (line) => marker + line);
}

function fstabChange(file: Exclude<FileState, { kind: "unreadable" }>): readonly Change[] {
  if (file.kind === "absent") return [];
  const after = withoutSwap(file.text);
  if (after === file.text) return [];
  const summary = "No line of /etc/fstab turns swap on";
  return [editFile({ summary, path: fstabPath, file, after, afterwards: [quickly(sh`systemctl daemon-reload`)] })];
}

function offChange(devices: readonly string[]): readonly Change[] {
  if (devices.length === 0) return [];
  const failure = {
    pattern: /Cannot allocate memory/,
    code: "step/action-failed",
    message: "There is not enough free memory to take back what was swapped out",
    remedy: "Stop what uses the memory, or reboot the host, and run this again.",
  } as const;
  return [
    {
      summary: `Nothing is swapped any more to ${inOneLine(devices.join(", "))}`,
      actions: [
        quickly(rememberOnce("swap", "all", sh`sed -n 's/^\(\/[^ \t]*\).*/\1/p' /proc/swaps`)),
        { ...quickly(sh`swapoff -a`, [failure]), timeoutMs: 600_000 },
      ],
    },
  ];
}

// One by one they could not be masked: systemd names their units after a number that the disk gets at boot.
function partitionChange({ targetMasked, devices }: SwapPartitions): readonly Change[] {
  if (targetMasked || devices.length === 0) return [];
  const summary = `swap.target stays off, so that ${inOneLine(devices.join(", "))} is not found at boot`;
  return [{ summary, actions: [quickly(rememberUnit("swap.target")), quickly(sh`systemctl mask -- swap.target`)] }];
}

// A unit file of somebody's own in /etc cannot be masked, only disabled. A unit is stopped before it is masked: a masked one no
// longer knows how (`swapoff` without a device).
function unitChange(unit: Unit): Change {
  const own = unit.fragment.startsWith("/etc/systemd/system/");
  return {
    summary: `${inOneLine(unit.name)} stays off${unit.name.includes("zram") ? ", so that no swap is made in memory" : ""}`,
    actions: [
      quickly(rememberUnit(unit.name)),
      quickly(
        own
          ? sh`systemctl disable --now -- ${unit.name}`
          : sh`systemctl stop -- ${unit.name} && systemctl mask -- ${unit.name}`,
      ),
    ],
  };
}

/** Kubernetes accounts for memory, not for swap. */
export function swapOff(): AnyStep {
  return defineStep({
    id: "os/swap-off",
    title: "Turn swap off, now and after a reboot",
    probes: () => ({ inUse, fstab: fileProbe(fstabPath), partitions: swapPartitions, units: swapUnits }),
    decide: ({ inUse: devices, fstab, partitions, units: found }) => {
      if (devices === undefined || partitions === undefined || found === undefined) return noSenseAbout("its swap");
      if (fstab.kind === "unreadable") return cannotEdit(fstabPath, fstab.why);
      const unitChanges = found.filter(wouldSwap).map(unitChange);
      return changesOrOk([
        ...partitionChange(partitions),
        ...fstabChange(fstab),
        ...unitChanges,
        ...offChange(devices),
      ]);
    },
  });
}
