import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { type CacheEnvironment, cacheFolder } from "../core/cache-folder.ts";
import { DroverError } from "../core/errors.ts";

/** What a lab is made of. A second one beside the first needs another home, bridge, net and prefix. */
export interface LabSettings {
  /** What is kept between labs: base image, key, apt cache, registry. */
  readonly cache: string;
  /** What `down` removes: the hosts' disks, logs, pid files. */
  readonly home: string;
  /** The name of the bridge, at most 9 characters; also names everything else that the kernel keeps for this lab. */
  readonly bridge: string;
  /** The first three numbers of the /24, such as `10.77.0`. */
  readonly net: string;
  /** Host i is called prefix + i. */
  readonly prefix: string;
  /** What the hosts say they are, in /etc/os-release. The packages are Debian's in both cases. */
  readonly os: "debian" | "ubuntu";
  /** The Debian release that their packages are of. */
  readonly suite: Suite;
}

/** Debian 13, 12 and 11, whose programs are about as old as those of Ubuntu 24.04, 22.04 and 20.04. */
export const suites = ["trixie", "bookworm", "bullseye"] as const;
/** One of them. */
export type Suite = (typeof suites)[number];

/** The most hosts that one lab has: one machine carries no more in earnest. */
export const maxHosts = 20;

/** Ports of the services on the bridge address. */
export const ports = { dns: 53, aptCache: 3142, registry: 5000 } as const;

/** The folder of plain files that practice hosts are given. */
export const labTemplates = fileURLToPath(new URL("../../templates/lab/", import.meta.url));

/** The variables of the environment that say where things go. */
export interface LabEnvironment extends CacheEnvironment {
  readonly DROVER_LAB?: string | undefined;
  /** The hosts' Debian release, one of {@link suites}; else trixie. */
  readonly DROVER_LAB_SUITE?: string | undefined;
}

/**
 * Settings of the ordinary lab, with the variables of the environment honoured.
 * @throws DroverError `cli/usage` for a Debian release that practice hosts cannot have
 */
export function defaultSettings(env: LabEnvironment): LabSettings {
  const suite = suiteNamed(env.DROVER_LAB_SUITE ?? "trixie");
  return {
    cache: cacheFolder(env, homedir()),
    home: env.DROVER_LAB ?? "/var/lib/drover-lab",
    bridge: "drover0",
    net: "10.77.0",
    prefix: "h",
    // Debian 11 itself is too old for Drover.
    os: suite === "bullseye" ? "ubuntu" : "debian",
    suite,
  };
}

function suiteNamed(name: string): Suite {
  const suite = suites.find((one) => one === name);
  if (suite !== undefined) return suite;
  throw new DroverError("cli/usage", `DROVER_LAB_SUITE is ${JSON.stringify(name)}`, {
    remedy: `Practice hosts can have ${suites.join(", ")}.`,
  });
}

/** The bridge address: gateway, resolver, apt cache, registry. */
export function gateway(lab: LabSettings): string {
  return `${lab.net}.1`;
}

/** The name of host i, such as `h1`. */
export function hostName(lab: LabSettings, i: number): string {
  return `${lab.prefix}${i}`;
}

/** The address of host i: 10.77.0.11 is h1. */
export function address(lab: LabSettings, i: number): string {
  return `${lab.net}.${10 + i}`;
}

/** The hardware address of host i: locally administered, and the four numbers of its address. */
export function mac(lab: LabSettings, i: number): string {
  const numbers = address(lab, i).split(".").map(Number);
  return ["52", "54", ...numbers.map((part) => part.toString(16).padStart(2, "0"))].join(":");
}

/** The name of host i's network namespace, and of the outer end of its cable (the kernel allows 15 characters). */
export function linkName(lab: LabSettings, i: number): string {
  return `${lab.bridge}-${hostName(lab, i)}`;
}

/** The numbers from 1 to n. */
export function hostNumbers(n: number): readonly number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

/** @throws DroverError `cli/usage` unless 1 <= n <= 20 */
export function assertHostNumber(n: number): void {
  if (Number.isInteger(n) && n >= 1 && n <= maxHosts) return;
  throw new DroverError("cli/usage", `a number from 1 to ${maxHosts} is expected, not ${n}`, {
    remedy: "For example: drover lab up 3, drover lab ssh 1.",
  });
}

/** Where the hosts' apt gets everything. */
export function aptCacheUrl(lab: LabSettings): string {
  return `http://${gateway(lab)}:${ports.aptCache}`;
}
