import { isOn, swapServices, type Unit } from "../systemd/units.ts";

/**
 * Whether a unit would turn swap on by itself. What systemd made from /etc/fstab goes away with the line there, what it made
 * from a partition's type is told of by `swapPartitions`, what has no file goes away with the swap it mirrors, and what is
 * masked is off.
 */
export function wouldSwap(unit: Unit): boolean {
  if (swapServices.some((name) => name === unit.name)) return isOn(unit);
  if (!unit.name.endsWith(".swap") || unit.load !== "loaded") return false;
  if (unit.fragment === "" || unit.source === "/etc/fstab") return false;
  if (unit.fragment.startsWith("/run/systemd/generator.late/")) return false;
  return !unit.fragment.startsWith("/etc/systemd/system/") || isOn(unit);
}
