import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** A unit of systemd that turns swap on: from a generator (GPT, zram), from a package, or somebody's own. */
export interface SwapUnit {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly fileState: string;
  /** The unit's file; empty for those that only mirror /proc/swaps. */
  readonly fragment: string;
  /** What a generator made it from, such as /etc/fstab. */
  readonly source: string;
}

function readUnit(block: string): readonly SwapUnit[] {
  const fields = new Map(
    block.split("\n").map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
  const name = fields.get("Id") ?? "";
  if (!/^[A-Za-z0-9:_.@\\-]+\.(swap|service)$/.test(name)) return [];
  return [
    {
      name,
      load: fields.get("LoadState") ?? "",
      active: fields.get("ActiveState") ?? "",
      fileState: fields.get("UnitFileState") ?? "",
      fragment: fields.get("FragmentPath") ?? "",
      source: fields.get("SourcePath") ?? "",
    },
  ];
}

/** All swap units, and the two services that packages bring for zram; undefined where systemd does not answer. */
export const swapUnits: Probe<readonly SwapUnit[] | undefined> = {
  sh: sh`systemctl show -p Id,LoadState,ActiveState,UnitFileState,FragmentPath,SourcePath -- '*.swap' zramswap.service zram-config.service`,
  parse: (answer) => (answer.code === 0 ? answer.stdout.split(/\n\n+/).flatMap(readUnit) : undefined),
};

/**
 * Whether a unit would turn swap on by itself. What systemd made from /etc/fstab goes away with the line there, what has
 * no file goes away with the swap it mirrors, and what is masked is off.
 */
export function wouldSwap(unit: SwapUnit): boolean {
  if (unit.load !== "loaded" || unit.fragment === "" || unit.source === "/etc/fstab") return false;
  if (unit.name.endsWith(".swap") && !unit.fragment.startsWith("/etc/systemd/system/")) return true;
  return unit.active === "active" || unit.fileState === "enabled";
}
