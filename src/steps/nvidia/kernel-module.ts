import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** Which of NVIDIA's two kernel modules. */
export type Flavour = "open" | "proprietary";

/** The module that the kernel runs now. */
export interface LoadedModule {
  readonly version: string;
  readonly flavour: Flavour;
}

/**
 * The loaded module by its own account:
 * `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 ...` or
 * `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build ...`.
 * "none" where none is loaded, undefined where the answer makes no sense.
 */
export const loadedModule: Probe<LoadedModule | "none" | undefined> = {
  sh: sh`[ -e /proc/driver/nvidia/version ] || { echo none; exit 0; }
cat /proc/driver/nvidia/version`,
  parse: (answer) => {
    if (answer.code !== 0) return undefined;
    if (answer.stdout.trim() === "none") return "none";
    const [, open, version] =
      /^NVRM version: NVIDIA UNIX (Open )?.*?Kernel Module.*? (\d{3}\.\d+(?:\.\d+)?)(?:\s|$)/m.exec(answer.stdout) ??
      [];
    return version === undefined ? undefined : { version, flavour: open === undefined ? "proprietary" : "open" };
  },
};

/** The module on disk for the running kernel: what the next load takes. */
export interface ModuleOnDisk {
  readonly version: string;
  readonly flavour: Flavour;
  /** Who signed it, or undefined for nobody: `Canonical Ltd. Kernel Module Signing`, a host's own key for DKMS. */
  readonly signer: string | undefined;
}

/** modinfo's account of it; "none" where there is none. The open module's licence is "Dual MIT/GPL", the other's "NVIDIA". */
export const moduleOnDisk: Probe<ModuleOnDisk | "none"> = {
  sh: sh`PATH=$PATH:/usr/sbin:/sbin; modinfo nvidia | grep -E '^(version|license|signer):'`,
  parse: (answer) => {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:[ \\t]+(\\S.*)$`, "m").exec(answer.stdout)?.[1]?.trim();
    const version = field("version");
    if (answer.code !== 0 || version === undefined || !/^\d{3}\.[\d.]+$/.test(version)) return "none";
    return { version, flavour: /GPL/.test(field("license") ?? "") ? "open" : "proprietary", signer: field("signer") };
  },
};

/** The branch of a driver's version: 580 of `580.95.05` and of `580.95.05-0ubuntu0.24.04.1`. */
export function branchOf(version: string): number {
  return Number.parseInt(version.replace(/^\d+:/, ""), 10);
}
