import { describe, expect, it } from "vitest";
import { compareKernels, type GpuFacts, gpuRemarks } from "../../src/steps/nvidia/gpu-health.ts";
import type { DriverGpu } from "../../src/steps/nvidia/nvidia-smi.ts";

const well: DriverGpu = {
  address: "0000:41:00.0",
  uuid: "GPU-513536b6-7d19-9063-b049-1e69664bb298",
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
};

function facts(gpu: Partial<DriverGpu>, more: Partial<GpuFacts> = {}): GpuFacts {
  return {
    pci: [{ address: "0000:41:00.0", deviceId: "26b9", kind: "gpu", driver: "nvidia" }],
    smi: { kind: "answers", driverVersion: "580.95.05", gpus: [{ ...well, ...gpu }] },
    xids: [],
    kernels: undefined,
    ...more,
  };
}

function told(gpu: Partial<DriverGpu>, more: Partial<GpuFacts> = {}): readonly string[] {
  return gpuRemarks(facts(gpu, more)).map(({ severity, address, what }) => `${severity} ${address}: ${what}`);
}

const at = "0000:41:00.0";

describe("the health of GPUs", () => {
  it("is not spoken of where all is well", () => {
    expect(told({})).toEqual([]);
    expect(told({ fabric: "Completed", power: { limit: 400, standard: 350 } })).toEqual([]);
    expect(told({ link: { width: undefined, maxWidth: 16, generation: undefined, maxGeneration: 4 } })).toEqual([]);
  });

  const cases: readonly (readonly [Partial<DriverGpu>, string])[] = [
    [{ remapFailed: true }, `error ${at}: it has no spare memory rows left`],
    [{ resetRequired: true }, `error ${at}: it must be reset before it works again`],
    [{ retirementPending: true }, `warning ${at}: bad memory waits to be taken out of use`],
    [{ uncorrected: 3 }, `warning ${at}: 3 memory errors that ECC could not correct`],
    [{ slowed: ["heat", "power brake"] }, `warning ${at}: it slows itself down: heat, power brake`],
    [{ link: { ...well.link, width: 4 } }, `warning ${at}: PCIe runs with 4 of 16 lanes`],
    [{ link: { ...well.link, generation: 3 } }, `warning ${at}: its slot does PCIe generation 3, the card 4`],
    [{ power: { limit: 250, standard: 350 } }, `warning ${at}: its power is limited to 250 W, 350 W is usual`],
    [{ fabric: "In Progress" }, `error ${at}: it is not on the NVLink fabric yet: In Progress`],
  ];

  it.each(cases)("%j is told", (gpu, sentence) => expect(told(gpu)).toEqual([sentence]));

  it("names a GPU that the driver does not have, by its PCI address", () => {
    const pci = ["0000:41:00.0", "0000:c1:00.0"].map((address) => ({
      address,
      deviceId: "26b9",
      kind: "gpu" as const,
      driver: "nvidia",
    }));
    expect(told({}, { pci })).toEqual(["error 0000:c1:00.0: it is on the PCI bus, but the driver does not have it"]);
    const taken = pci.map((one) => ({ ...one, driver: one.address === at ? "nvidia" : "vfio-pci" }));
    expect(told({}, { pci: taken })).toEqual(["error 0000:c1:00.0: the driver vfio-pci has it, not nvidia"]);
  });

  it("counts Xids of the hardware, and leaves those of programs out", () => {
    const xids = [94, 94, 13, 79].map((number) => ({ address: at, number, text: "" }));
    expect(told({}, { xids })).toEqual([
      `error ${at}: Xid 79 since the boot: it has fallen off the bus`,
      `warning ${at}: Xid 94 since the boot: a memory error that was contained in one program (2 times)`,
    ]);
  });

  const kernel = (
    name: string,
    module: boolean,
    headers = true,
  ): { name: string; headers: boolean; module: boolean } => ({
    name,
    headers,
    module,
  });
  const kernels = (installed: readonly ReturnType<typeof kernel>[]): Partial<GpuFacts> => ({
    kernels: { running: "6.8.0-48-generic", arch: "x86_64", nouveau: false, nouveauOff: true, installed },
  });

  it("warns of a newer kernel without a module, which the next boot takes", () => {
    const installed = [kernel("6.8.0-48-generic", true), kernel("6.8.0-100-generic", false, false)];
    expect(told({}, kernels(installed))).toEqual([
      "warning undefined: the newest kernel 6.8.0-100-generic has no NVIDIA module, nor headers to build it from: after a reboot there are no GPUs",
    ]);
  });

  it("does not speak of older kernels, nor where no kernel has a module", () => {
    expect(told({}, kernels([kernel("6.8.0-48-generic", true), kernel("6.8.0-9-generic", false)]))).toEqual([]);
    expect(told({}, kernels([kernel("6.8.0-48-generic", false), kernel("6.8.0-100-generic", false)]))).toEqual([]);
  });

  it.each([
    ["6.8.0-9-generic", "6.8.0-48-generic"],
    ["5.15.0-130-generic", "6.8.0-9-generic"],
    ["6.1.0-25-amd64", "6.1.0-25.1-amd64"],
  ])("orders the kernel %s before %s", (older, newer) => {
    expect(compareKernels(older, newer)).toBeLessThan(0);
    expect(compareKernels(newer, older)).toBeGreaterThan(0);
    expect(compareKernels(older, older)).toBe(0);
  });
});
