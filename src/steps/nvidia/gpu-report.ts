import type { GpuHostReport, GpuRemark, GpuRow, GpuTrial } from "../../core/gpu-report.ts";
import { type GpuFacts, gpuRemarks } from "./gpu-health.ts";
import { gpuModel, gpuName } from "./gpu-models.ts";
import { type Kernels, kernels } from "./kernels.ts";
import { type DriverGpu, nvidiaSmi, type SmiAnswer } from "./nvidia-smi.ts";
import { gpusOf, nvidiaPciDevices, type PciDevice } from "./pci-devices.ts";
import { isWhole, type ProofResult } from "./proof.ts";
import { type Xid, xids } from "./xid.ts";

/** What is asked of a host before its GPUs are proven. */
export const gpuProbes = { pci: nvidiaPciDevices, smi: nvidiaSmi, xids, kernels } as const;

/** The answers to them. */
export interface GpuAnswers {
  readonly pci: readonly PciDevice[] | undefined;
  readonly smi: SmiAnswer;
  readonly xids: readonly Xid[];
  readonly kernels: Kernels | undefined;
}

/** What Kubernetes and a pod on the node have to say. */
export interface PodTrials {
  /** `nvidia.com/gpu` that the node hands out; undefined where it is not in a cluster. */
  readonly allocatable: number | undefined;
  /** What the program found in a pod that asked for all of them; undefined where none ran, and `note` says why. */
  readonly results: readonly ProofResult[] | undefined;
  readonly note: string | undefined;
}

/** Everything that came of one host. */
export interface GpuEvidence {
  readonly answers: GpuAnswers;
  readonly onHost: readonly ProofResult[];
  readonly pods: PodTrials | undefined;
}

function trial(results: readonly ProofResult[] | undefined, uuid: string): GpuTrial | undefined {
  if (results === undefined) return undefined;
  const found = results.find((one) => one.uuid === uuid);
  if (found !== undefined) return found;
  return { ok: false, error: "it was not there", bandwidthGBs: undefined, fp32Tflops: undefined };
}

function noDriver(smi: SmiAnswer): string {
  if (smi.kind === "answers") return "the driver does not have it";
  return smi.kind === "missing"
    ? "there is no driver"
    : smi.kind === "mismatch"
      ? "the driver does not fit its libraries"
      : smi.said;
}

function row(device: PciDevice, gpu: DriverGpu | undefined, { answers, onHost, pods }: GpuEvidence): GpuRow {
  const { address, deviceId } = device;
  const model = gpuModel(deviceId) === undefined ? (gpu?.name ?? gpuName(deviceId)) : gpuName(deviceId);
  const untried = { address, model, host: undefined, pod: undefined };
  if (gpu === undefined) {
    const failed: GpuTrial = {
      ok: false,
      error: noDriver(answers.smi),
      bandwidthGBs: undefined,
      fp32Tflops: undefined,
    };
    return { ...untried, uuid: undefined, host: failed, note: undefined };
  }
  if (!isWhole(gpu)) return { ...untried, uuid: gpu.uuid, note: "it is cut into MIG instances" };
  const pod = trial(pods?.results, gpu.uuid);
  return {
    address,
    model,
    uuid: gpu.uuid,
    host: trial(onHost, gpu.uuid),
    pod,
    note: pod === undefined ? pods?.note : undefined,
  };
}

/** The four counts must be one number: a GPU that is missing somewhere is missing to somebody. */
function countRemarks(counts: GpuHostReport["counts"]): readonly GpuRemark[] {
  const { pci, driver, pod, allocatable } = counts;
  if (pci === 0) {
    const fix = "Look whether the card is seated and powered, or take gpu: true from the host.";
    return [{ address: undefined, severity: "error", what: "there is no NVIDIA GPU on the PCI bus", fix }];
  }
  const known = [driver, pod, allocatable].filter((count) => count !== undefined);
  if (known.every((count) => count === pci)) return [];
  const words = [`${pci} on the PCI bus`, `${driver} with the driver`];
  if (pod !== undefined) words.push(`${pod} in a pod`);
  if (allocatable !== undefined) words.push(`${allocatable} for Kubernetes to hand out`);
  const fix = "Look at the rows above; where only Kubernetes has fewer, at the log of the device plugin on this node.";
  return [{ address: undefined, severity: "error", what: `GPUs are missing: ${words.join(", ")}`, fix }];
}

/** One row per physical GPU, what is known besides, and whether all count the same. */
export function gpuHostReport(host: string, evidence: GpuEvidence): GpuHostReport {
  const { answers, pods } = evidence;
  const devices = gpusOf(answers.pci ?? []);
  const { smi } = answers;
  const known = smi.kind === "answers" ? smi.gpus : [];
  const facts: GpuFacts = { pci: answers.pci ?? [], smi, xids: answers.xids, kernels: answers.kernels };
  // Shared or cut GPUs are handed out as more than there are.
  const shared = known.some((gpu) => gpu.mig) || (pods?.allocatable ?? 0) > devices.length;
  const counts = {
    pci: devices.length,
    driver: known.length,
    pod: pods?.results?.filter((result) => result.uuid !== undefined).length,
    allocatable: shared ? undefined : pods?.allocatable,
  };
  return {
    host,
    counts,
    driverVersion: smi.kind === "answers" ? smi.driverVersion : undefined,
    gpus: devices.map((device) =>
      row(
        device,
        known.find((gpu) => gpu.address === device.address),
        evidence,
      ),
    ),
    remarks: [...gpuRemarks(facts), ...countRemarks(counts)],
  };
}
