import { readFile, stat } from "node:fs/promises";
import { DroverError } from "../core/errors.ts";

/** What the kernel's headers call them, by number (capability.h): what systemd-nspawn and its network need. */
const neededCapabilities = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_KILL: 5,
  CAP_SETUID: 7,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_MKNOD: 27,
} as const;

/** What this machine is, as far as it matters to practice hosts. */
export interface MachineFacts {
  readonly platform: string;
  readonly uid: number;
  /** The text of /proc/self/status. */
  readonly status: string;
  /** Whether the cpuset controller is a hierarchy of its own, as in cgroup version 1. */
  readonly cgroupV1: boolean;
}

/** Why practice hosts cannot run here, or undefined where they can. */
export function whyUnsupported(machine: MachineFacts): string | undefined {
  if (machine.platform !== "linux") return `they need Linux, and this is ${machine.platform}`;
  if (machine.uid !== 0) return "they need root";
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(machine.status)?.[1] ?? "0"}`);
  const missing = Object.entries(neededCapabilities).filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 0n);
  if (missing.length > 0) return `root lacks ${missing.map(([name]) => name).join(", ")} here`;
  if (!machine.cgroupV1) return "they need cgroup version 1, and /sys/fs/cgroup/cpuset is not there";
  return undefined;
}

/** @throws DroverError `lab/unsupported` saying what is missing, where practice hosts cannot run */
export async function assertSupported(): Promise<void> {
  const why = await unsupportedHere();
  if (why === undefined) return;
  throw new DroverError("lab/unsupported", `practice hosts cannot run on this machine: ${why}`, {
    remedy: "Use a Linux machine (Debian or Ubuntu) as root, for example a virtual one.",
  });
}

/** Why practice hosts cannot run on this machine, or undefined where they can. */
export async function unsupportedHere(): Promise<string | undefined> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const cpuset = await stat("/sys/fs/cgroup/cpuset/cgroup.procs").catch(() => undefined);
  const uid = process.getuid?.() ?? -1;
  return whyUnsupported({ platform: process.platform, uid, status, cgroupV1: cpuset !== undefined });
}
