import { describe, expect, it } from "vitest";
import { type GpuHostReport, isSound } from "../../src/core/gpu-report.ts";
import { type GpuAnswers, gpuHostReport, type PodTrials } from "../../src/steps/nvidia/gpu-report.ts";
import type { DriverGpu } from "../../src/steps/nvidia/nvidia-smi.ts";
import type { ProofResult } from "../../src/steps/nvidia/proof.ts";
import { renderGpuTest } from "../../src/view/gpu.ts";

const addresses = ["0000:41:00.0", "0000:c1:00.0"];

function driverGpu(index: number, more: Partial<DriverGpu> = {}): DriverGpu {
  return {
    address: addresses[index] ?? "",
    uuid: `GPU-${index}`,
    name: "NVIDIA L40S",
    memoryMiB: 46068,
    persistence: true,
    mig: false,
    ecc: true,
    uncorrected: 0,
    retirementPending: false,
    remapFailed: false,
    link: { width: 16, maxWidth: 16, generation: 4, maxGeneration: 4 },
    temperature: 31,
    power: { limit: 350, standard: 350 },
    slowed: [],
    resetRequired: false,
    fabric: undefined,
    ...more,
  };
}

function result(index: number, error?: string): ProofResult {
  const ok = error === undefined;
  return { uuid: `GPU-${index}`, address: addresses[index], ok, error, bandwidthGBs: 780.4, fp32Tflops: 71.25 };
}

function answers(gpus: readonly DriverGpu[]): GpuAnswers {
  return {
    pci: addresses.map((address) => ({ address, deviceId: "26b9", kind: "gpu" as const, driver: "nvidia" })),
    smi: { kind: "answers", driverVersion: "580.95.05", gpus },
    xids: [],
    kernels: undefined,
  };
}

const both = [driverGpu(0), driverGpu(1)];
const onHost = [result(0), result(1)];
const inPods: PodTrials = { allocatable: 2, results: onHost, note: undefined };

describe("the report on a host's GPUs", () => {
  it("is sound where all computed everywhere and all counts are one number", () => {
    const report = gpuHostReport("gpu1", { answers: answers(both), onHost, pods: inPods });
    expect(report.counts).toEqual({ pci: 2, driver: 2, pod: 2, allocatable: 2 });
    expect(report.remarks).toEqual([]);
    expect(isSound(report)).toBe(true);
  });

  it.each<[GpuAnswers["smi"], string]>([
    [{ kind: "missing" }, "there is no driver"],
    [{ kind: "mismatch", library: "570.158.01" }, "the driver does not fit its libraries"],
    [{ kind: "no-driver", said: "NVIDIA-SMI has failed" }, "NVIDIA-SMI has failed"],
    [{ kind: "no-devices", said: "No devices were found" }, "No devices were found"],
    [{ kind: "answers", driverVersion: "580.95.05", gpus: [] }, "the driver does not have it"],
  ])("says of each GPU on the bus why it cannot be had: %j", (smi, error) => {
    const report = gpuHostReport("gpu1", { answers: { ...answers([]), smi }, onHost: [], pods: undefined });
    expect(report.gpus.map(({ host, model }) => [host?.error, model])).toEqual([
      [error, "NVIDIA L40S"],
      [error, "NVIDIA L40S"],
    ]);
    expect(isSound(report)).toBe(false);
    expect(report.counts).toMatchObject({ pci: 2, driver: 0 });
  });

  it("takes the driver's name of a GPU that no table knows, and the id where the driver has none either", () => {
    const pci = addresses.map((address) => ({ address, deviceId: "3fff", kind: "gpu" as const, driver: "nvidia" }));
    const given = { ...answers([driverGpu(0, { name: "NVIDIA R100" })]), pci };
    const { gpus } = gpuHostReport("gpu1", { answers: given, onHost: [result(0)], pods: undefined });
    expect(gpus.map(({ model }) => model)).toEqual(["NVIDIA R100", expect.stringContaining("3fff")]);
  });

  it("is not sound where the bus could not be asked", () => {
    const report = gpuHostReport("gpu1", { answers: { ...answers([]), pci: undefined }, onHost: [], pods: undefined });
    expect(report.remarks.map(({ what }) => what)).toContain("there is no NVIDIA GPU on the PCI bus");
  });

  it("is sound without a cluster", () => {
    expect(isSound(gpuHostReport("gpu1", { answers: answers(both), onHost, pods: undefined }))).toBe(true);
  });

  const unsound: readonly (readonly [string, GpuHostReport, string])[] = [
    [
      "a GPU that computes wrongly",
      gpuHostReport("gpu1", { answers: answers(both), onHost: [result(0), result(1, "wrong")], pods: undefined }),
      "0000:c1:00.0 on the host: wrong",
    ],
    [
      "one that the driver does not have",
      gpuHostReport("gpu1", { answers: answers([driverGpu(0)]), onHost: [result(0)], pods: undefined }),
      "GPUs are missing: 2 on the PCI bus, 1 with the driver",
    ],
    [
      "one that Kubernetes does not hand out",
      gpuHostReport("gpu1", {
        answers: answers(both),
        onHost,
        pods: { ...inPods, allocatable: 1, results: undefined },
      }),
      "GPUs are missing: 2 on the PCI bus, 2 with the driver, 1 for Kubernetes to hand out",
    ],
    [
      "one that a pod does not see",
      gpuHostReport("gpu1", { answers: answers(both), onHost, pods: { ...inPods, results: [result(0)] } }),
      "0000:c1:00.0 in a pod: it was not there",
    ],
    [
      "no driver at all",
      gpuHostReport("gpu1", { answers: { ...answers([]), smi: { kind: "missing" } }, onHost: [], pods: undefined }),
      "0000:41:00.0 on the host: there is no driver",
    ],
    [
      "no GPU at all",
      gpuHostReport("gpu1", { answers: { ...answers([]), pci: [] }, onHost: [], pods: undefined }),
      "there is no NVIDIA GPU on the PCI bus",
    ],
  ];

  it.each(unsound)("is not sound with %s, and says so", (_, report, sentence) => {
    expect(isSound(report)).toBe(false);
    expect(renderGpuTest([report], { color: false, width: 200 })).toContain(sentence);
  });

  it("does not count what is shared, and says why a GPU was not tried", () => {
    const shared = gpuHostReport("gpu1", {
      answers: answers(both),
      onHost,
      pods: { allocatable: 20, results: undefined, note: "they are shared" },
    });
    expect(isSound(shared)).toBe(true);
    expect(shared.gpus.map((gpu) => gpu.note)).toEqual(["they are shared", "they are shared"]);
    const cut = gpuHostReport("gpu1", {
      answers: answers([driverGpu(0, { mig: true }), driverGpu(1)]),
      onHost: [result(1)],
      pods: undefined,
    });
    expect(isSound(cut)).toBe(true);
    expect(cut.gpus[0]?.note).toBe("it is cut into MIG instances");
  });
});

describe("the report as text", () => {
  const good = gpuHostReport("gpu1", { answers: answers(both), onHost, pods: inPods });
  const bad = gpuHostReport("gpu2", {
    answers: answers([
      driverGpu(0),
      driverGpu(1, { link: { width: 8, maxWidth: 16, generation: 4, maxGeneration: 4 } }),
    ]),
    onHost: [result(0), result(1, "under load 3 of 8192 threads computed wrongly")],
    pods: { allocatable: 2, results: undefined, note: "no pod got all its GPUs: 0/3 nodes are available" },
  });

  it("has a row per GPU and a verdict", async () => {
    await expect(renderGpuTest([good, bad], { color: false, width: 100 })).toMatchFileSnapshot(
      "../golden/view-gpu-test.golden.txt",
    );
  });

  it("becomes a list where the terminal is narrow, and is never wider than it", () => {
    const narrow = renderGpuTest([bad], { color: false, width: 60 });
    expect(narrow).toContain("GPU: 0000:c1:00.0\nHOST: FAILED\n");
    expect(narrow.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });

  const cut = gpuHostReport("gpu3", {
    answers: answers([driverGpu(0, { mig: true }), driverGpu(1)]),
    onHost: [result(1)],
    pods: undefined,
  });
  const fewer = { ...inPods, allocatable: 1, results: undefined };
  const alone = { ...answers([driverGpu(0)]), pci: answers([]).pci?.slice(0, 1) };
  it.each<[string, GpuHostReport, string]>([
    ["one GPU", gpuHostReport("g", { answers: alone, onHost, pods: undefined }), "The GPU computes rightly"],
    [
      "one that Kubernetes does not hand out",
      gpuHostReport("g", { answers: answers(both), onHost, pods: fewer }),
      "All 2 GPUs compute rightly, but see what is wrong above",
    ],
    [
      "one that computes, but whose memory cannot be mended any more",
      gpuHostReport("g", {
        answers: answers([driverGpu(0, { remapFailed: true }), driverGpu(1)]),
        onHost,
        pods: inPods,
      }),
      "All 2 GPUs compute rightly, but see what is wrong above",
    ],
    ["one that is cut into parts", cut, "1 of 2 GPUs compute rightly, the others were not tried"],
    [
      "none on the bus",
      gpuHostReport("g", { answers: { ...answers([]), pci: [] }, onHost: [], pods: undefined }),
      "No GPU was tried, but see what is wrong above",
    ],
    [
      "no driver",
      gpuHostReport("g", { answers: { ...answers([]), smi: { kind: "missing" } }, onHost: [], pods: undefined }),
      "2 of 2 GPUs failed",
    ],
  ])("ends with what the trials came to, and no more: %s", (_, report, sentence) => {
    expect(renderGpuTest([report], { color: false, width: 100 }).trimEnd().split("\n").at(-1)).toBe(sentence);
  });

  it("speaks of all that are well in one sentence", () => {
    expect(renderGpuTest([good], { color: false, width: 100 })).toContain("\nAll 2 GPUs compute rightly\n");
  });
});
