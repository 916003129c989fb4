import type { Probe } from "../../core/probe.ts";
import { allSwap, unitQuestion } from "../../core/unit-question.ts";

/** A unit of systemd, as far as steps judge one. */
export interface Unit {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly fileState: string;
  /** The unit's file; empty for those that only mirror what the kernel does. */
  readonly fragment: string;
  /** What a generator made it from, such as /etc/fstab. */
  readonly source: string;
  /** `{ path=... ; argv[]=... ; ... }`, the last of several; empty where it starts nothing. */
  readonly execStart: string;
  /** The hard limit of open files, as a number or `infinity`. */
  readonly noFile: string;
}

/** Services that make swap: in memory (zram) or in files of their own. */
export const swapServices = [
  "zramswap.service",
  "zram-config.service",
  "dphys-swapfile.service",
  "swapspace.service",
] as const;

function readUnit(block: string): readonly Unit[] {
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
      execStart: fields.get("ExecStart") ?? "",
      noFile: fields.get("LimitNOFILE") ?? "",
    },
  ];
}

/** These units as far as they are there, and perhaps others; undefined where systemd does not answer, or not with units. */
export function unitProbe(names: readonly string[]): Probe<readonly Unit[] | undefined> {
  return {
    sh: unitQuestion(names),
    parse: ({ code, stdout }) => {
      if (code !== 0) return undefined;
      const all = stdout.split(/\n\n+/).flatMap(readUnit);
      if (all.length === 0 && stdout.trim() !== "") return undefined;
      return [...new Map(all.map((unit) => [unit.name, unit])).values()];
    },
  };
}

/** All that makes swap. */
export const swapUnits = unitProbe([allSwap, ...swapServices]);

/** Whether a service runs now or will run after a reboot. */
export function isOn(unit: Unit): boolean {
  return unit.load === "loaded" && (unit.active === "active" || unit.fileState === "enabled");
}

/** The unit of that name, if systemd knows one. */
export function unitNamed(all: readonly Unit[], name: string): Unit | undefined {
  return all.find((unit) => unit.name === name && unit.load !== "not-found");
}

/** The service of that name, if it is on. */
export function serviceOn(all: readonly Unit[], name: string): boolean {
  return all.some((unit) => unit.name === name && isOn(unit));
}
