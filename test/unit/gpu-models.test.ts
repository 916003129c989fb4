import { describe, expect, it } from "vitest";
import { driverNeeds, generationOf } from "../../src/steps/nvidia/gpu-generations.ts";
import { gpuModel, gpuModels, gpuName } from "../../src/steps/nvidia/gpu-models.ts";
import { isNvSwitch, needsFabricManager } from "../../src/steps/nvidia/nvswitch.ts";

describe("the models of GPUs", () => {
  it.each([
    ["20b2", "A100 SXM4 80GB", "Ampere", "data-centre"],
    ["2330", "H100 SXM5 80GB", "Hopper", "data-centre"],
    ["26b9", "L40S", "Ada", "data-centre"],
    ["2684", "GeForce RTX 4090", "Ada", "consumer"],
    ["1eb8", "Tesla T4", "Turing", "data-centre"],
    ["15f8", "Tesla P100 PCIe 16GB", "Pascal", "data-centre"],
    ["2901", "B200", "Blackwell", "data-centre"],
    ["1DB6", "Tesla V100 PCIe 32GB", "Volta", "data-centre"],
    ["1e30", "Quadro RTX 6000 / 8000", "Turing", "workstation"],
  ])("know %s as %s", (id, name, generation, market) => {
    expect(gpuModel(id)).toMatchObject({ name, generation, market });
  });

  it("have each id once, in lower case, and figures that can be true", () => {
    expect(new Set(gpuModels.map((model) => model.deviceId)).size).toBe(gpuModels.length);
    for (const model of gpuModels) {
      expect(model.deviceId).toMatch(/^[0-9a-f]{4}$/);
      expect(model.memoryMiB).toBeGreaterThanOrEqual(8 * 1024);
      expect(model.bandwidthGBs ?? 1000, model.name).toBeGreaterThanOrEqual(150);
      expect(model.bandwidthGBs ?? 1000, model.name).toBeLessThanOrEqual(8000);
      expect(model.fp32Tflops ?? 50, model.name).toBeLessThanOrEqual(130);
    }
  });

  it("lose no row of the table to an unknown generation", () => {
    expect(gpuModels.length).toBe(77);
  });

  it("are called by as much as is known of them", () => {
    expect(gpuName("26b9")).toBe("NVIDIA L40S");
    expect(gpuName("24c0")).toBe("NVIDIA Ampere GPU (24c0)");
    expect(gpuName("ffff")).toBe("NVIDIA GPU of an unknown generation (ffff)");
  });
});

describe("the generations of GPUs", () => {
  it.each([
    ["1431", "Maxwell"],
    ["1c03", "Pascal"],
    ["1d81", "Volta"],
    ["2184", "Turing"],
    ["2080", "Ampere"],
    ["2507", "Ampere"],
    ["2302", "Hopper"],
    ["28a0", "Ada"],
    ["2d04", "Blackwell"],
    ["31a1", "Blackwell"],
  ])("tell that %s is %s, whether or not its model is known", (id, generation) => {
    expect(generationOf(id)).toBe(generation);
  });

  it.each(["102d", "3000", "2f95", "", "zz", "26b", "26b99", "0x26b9"])("do not guess about %j", (id) => {
    expect(generationOf(id)).toBeUndefined();
  });

  it("take the open module from Turing on only, and nothing else from Blackwell on", () => {
    expect(driverNeeds.Pascal.flavours).toEqual(["proprietary"]);
    expect(driverNeeds.Volta.flavours).toEqual(["proprietary"]);
    expect(driverNeeds.Turing.flavours).toContain("open");
    expect(driverNeeds.Blackwell.flavours).toEqual(["open"]);
  });

  it("end with branch 580 before Turing", () => {
    const last = Object.entries(driverNeeds).filter(([, needs]) => needs.newestBranch !== undefined);
    expect(last.map(([name, needs]) => [name, needs.newestBranch])).toEqual([
      ["Maxwell", 580],
      ["Pascal", 580],
      ["Volta", 580],
    ]);
  });
});

describe("an NVSwitch", () => {
  it.each(["1ac1", "1af1", "22a3", "22A3"])("is %s", (id) => expect(isNvSwitch(id)).toBe(true));

  it.each(["2330", "22a8", "1aee", "", "none"])("is not %j", (id) => expect(isNvSwitch(id)).toBe(false));

  it("or a board with a hidden one needs Fabric Manager; GPUs by themselves do not", () => {
    expect(needsFabricManager(["2330", "22a3"])).toBe(true);
    expect(needsFabricManager(["2901"])).toBe(true);
    expect(needsFabricManager(["2330", "2331", "2941"])).toBe(false);
    expect(needsFabricManager([])).toBe(false);
  });
});
