import type { Decision } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { driverFor, type FittingDriver } from "./driver-fit.ts";
import { gpusOf, type PciDevice } from "./pci-devices.ts";

function unknownGpu(gpus: readonly string[]): Decision {
  return {
    kind: "blocked",
    code: "gpu/unknown-model",
    because: `Drover does not know which driver fits ${gpus.join(", ")}`,
    remedy:
      "Install a driver that knows it, set gpu.driver.source: none in the inventory, and report the PCI id to us.",
  };
}

function noCommonDriver(gpus: readonly string[]): Decision {
  return {
    kind: "blocked",
    code: "gpu/no-common-driver",
    because: `no driver drives all GPUs of this host together: ${gpus.join(", ")}`,
    remedy: "Move the older or the newer ones to another host: one kernel module drives them all, and none knows both.",
  };
}

function noGpu(): Decision {
  return {
    kind: "blocked",
    code: "gpu/none-found",
    because: "the inventory says gpu: true, but the host has no NVIDIA GPU on its PCI bus",
    remedy: "Look whether the card is seated and powered (lspci -d 10de:), or take gpu: true from the host.",
  };
}

/** The driver that the GPUs of a host need, or the decision where none can be named. */
export function fitFor(
  devices: readonly PciDevice[] | undefined,
  trusted: boolean,
): { readonly fit: FittingDriver } | { readonly decision: Decision } {
  if (devices === undefined) return { decision: noSenseAbout("its PCI devices") };
  const gpus = gpusOf(devices);
  if (gpus.length === 0) return { decision: noGpu() };
  const found = driverFor(gpus.map((gpu) => gpu.deviceId));
  if (!("kind" in found)) return { fit: found };
  // With `source: none` the driver is the operator's business: whatever knows the GPU is fine.
  if (trusted && found.kind === "unknown-gpu") {
    return { fit: { flavours: ["open", "proprietary"], oldestBranch: 0, newestBranch: undefined } };
  }
  return { decision: found.kind === "unknown-gpu" ? unknownGpu(found.gpus) : noCommonDriver(found.gpus) };
}
