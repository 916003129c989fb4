import { driverNeeds, generationOf } from "./gpu-generations.ts";
import { gpuName } from "./gpu-models.ts";
import { branchOf, type Flavour } from "./kernel-module.ts";

/** What one driver must be to drive all GPUs of a host. */
export interface FittingDriver {
  /** Kernel modules that work, the better one first. */
  readonly flavours: readonly Flavour[];
  readonly oldestBranch: number;
  readonly newestBranch: number | undefined;
}

/** Why no driver can be named. */
export interface NoDriver {
  readonly kind: "unknown-gpu" | "no-common-driver";
  /** The GPUs, by name. */
  readonly gpus: readonly string[];
}

/** A single driver is loaded on a host, so it must suit every GPU there: the ids are those of PCI devices. */
export function driverFor(deviceIds: readonly string[]): FittingDriver | NoDriver {
  const unknown = deviceIds.filter((id) => generationOf(id) === undefined);
  if (unknown.length > 0) return { kind: "unknown-gpu", gpus: [...new Set(unknown.map(gpuName))] };
  const needs = deviceIds.flatMap((id) => {
    const generation = generationOf(id);
    return generation === undefined ? [] : [driverNeeds[generation]];
  });
  const flavours = (["open", "proprietary"] as const).filter((one) =>
    needs.every((need) => (need.flavours as readonly Flavour[]).includes(one)),
  );
  const oldestBranch = Math.max(...needs.map((need) => need.oldestBranch));
  const ends = needs.flatMap((need) => need.newestBranch ?? []);
  const newestBranch = ends.length === 0 ? undefined : Math.min(...ends);
  if (flavours.length === 0 || (newestBranch ?? oldestBranch) < oldestBranch) {
    return { kind: "no-common-driver", gpus: [...new Set(deviceIds.map(gpuName))] };
  }
  return { flavours, oldestBranch, newestBranch };
}

/** What is wrong with a driver for these GPUs, as the end of a sentence about it; undefined if it fits. */
export function misfit(
  driver: { readonly version: string; readonly flavour: Flavour },
  fit: FittingDriver,
): string | undefined {
  const branch = branchOf(driver.version);
  if (!fit.flavours.includes(driver.flavour)) {
    return `has the ${driver.flavour} kernel module, and these GPUs work with the ${fit.flavours.join(" or ")} one only`;
  }
  if (branch < fit.oldestBranch) return `is older than branch ${fit.oldestBranch}, the first that knows these GPUs`;
  const { newestBranch } = fit;
  if (newestBranch !== undefined && branch > newestBranch) {
    return `is newer than branch ${newestBranch}, the last that knows these GPUs`;
  }
  return undefined;
}

/** Whether a driver's version is one that the inventory asks for, by its beginning: `580` or `580.95.05`. */
export function isAskedFor(version: string, prefix: string | undefined): boolean {
  return prefix === undefined || `${version}.`.startsWith(`${prefix}.`);
}

/** NVIDIA's long-lived branch of 2025: it knows every generation from Maxwell to Blackwell. */
const everyGeneration = "580";

/** What is installed where the inventory names no version. */
export function wantedVersion(prefix: string | undefined): string {
  return prefix ?? everyGeneration;
}
