import { inOneLine } from "../../core/printable.ts";
import { gpuModel } from "./gpu-models.ts";
import type { DriverGpu } from "./nvidia-smi.ts";
import { type PciDevice, pciAddress } from "./pci-devices.ts";

/** The program that proves GPUs, among the templates. */
export const proofProgram = "gpu-proof.py";

/** What the program found of one GPU. */
export interface ProofResult {
  readonly uuid: string | undefined;
  readonly address: string | undefined;
  readonly ok: boolean;
  /** Why it failed. */
  readonly error: string | undefined;
  /** Measured: 10^9 bytes, and 10^12 FP32 operations, a second. */
  readonly bandwidthGBs: number | undefined;
  readonly fp32Tflops: number | undefined;
}

/**
 * The part of a model's figures that a sound GPU reaches in this test. Copying reaches 75 to 92 % of a memory's peak; plain
 * FP32 code is held back by power on small cards (T4, L4 to about half). Below that, something is wrong, or somebody else
 * uses the GPU.
 */
const leastBandwidth = 0.6;
const leastFlops = 0.35;

/** Whether a GPU can be proven as a whole: one that is cut into MIG instances cannot. */
export function isWhole(gpu: DriverGpu): boolean {
  return !gpu.mig;
}

/** The program's words for these GPUs: UUID, address, and what is expected of the model at least (0 where unknown). */
export function proofWords(gpus: readonly DriverGpu[], pci: readonly PciDevice[]): readonly string[] {
  return gpus.filter(isWhole).map((gpu) => {
    const device = pci.find((one) => one.address === gpu.address);
    const model = device === undefined ? undefined : gpuModel(device.deviceId);
    const bandwidth = (model?.bandwidthGBs ?? 0) * leastBandwidth;
    const flops = (model?.fp32Tflops ?? 0) * leastFlops;
    return `${gpu.uuid}=${gpu.address},${bandwidth.toFixed(1)},${flops.toFixed(1)}`;
  });
}

function readLine(line: string): readonly ProofResult[] {
  if (!line.startsWith("{")) return [];
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  const field = new Map(Object.entries(value as object));
  if (typeof field.get("ok") !== "boolean") return [];
  const text = (name: string): string | undefined => {
    const found = field.get(name);
    return typeof found === "string" && found !== "" ? inOneLine(found) : undefined;
  };
  const number = (name: string): number | undefined => {
    const found = field.get(name);
    return typeof found === "number" && Number.isFinite(found) ? found : undefined;
  };
  const address = text("address");
  return [
    {
      uuid: text("uuid"),
      address: address === undefined ? undefined : pciAddress(address),
      ok: field.get("ok") === true,
      error: field.get("ok") === true ? undefined : (text("error") ?? "it failed without a reason"),
      bandwidthGBs: number("bandwidthGBs"),
      fp32Tflops: number("fp32Tflops"),
    },
  ];
}

/** Reads what the program printed; lines that are none of its own (of a driver, of Docker) are passed over. */
export function readProof(output: string): readonly ProofResult[] {
  return output.split("\n").flatMap(readLine);
}
