import { describe, expect, it } from "vitest";
import { driverFor, isAskedFor, misfit } from "../../src/steps/nvidia/driver-fit.ts";
import type { Flavour } from "../../src/steps/nvidia/kernel-module.ts";

/** A GPU of each generation, by its PCI id; in driver `branch`es, and which modules drive it. */
const generations = [
  ["Maxwell (M60)", "13f2", 470, 580, ["proprietary"]],
  ["Pascal (P100)", "15f8", 470, 580, ["proprietary"]],
  ["Volta (V100)", "1db6", 470, 580, ["proprietary"]],
  ["Turing (T4)", "1eb8", 470, undefined, ["open", "proprietary"]],
  ["Ampere (A100)", "20b2", 470, undefined, ["open", "proprietary"]],
  ["Ada (L40S)", "26b9", 525, undefined, ["open", "proprietary"]],
  ["Hopper (H100)", "2330", 525, undefined, ["open", "proprietary"]],
  ["Blackwell (B200)", "2901", 570, undefined, ["open"]],
] as const;

describe("a driver and the GPUs of a host", () => {
  it.each(generations)("%s: the first and the last branch, and both modules", (_, id, oldest, newest, flavours) => {
    const fit = driverFor([id]);
    if ("kind" in fit) throw new Error(fit.kind);
    const wrong = (branch: number, flavour: Flavour) => misfit({ version: `${branch}.95.05`, flavour }, fit);
    const [one] = flavours;
    for (const branch of [oldest, 550 > oldest ? 550 : 575, newest ?? 999])
      expect(wrong(branch, one), `${branch}`).toBeUndefined();
    expect(wrong(oldest - 1, one)).toBe(`is older than branch ${oldest}, the first that knows these GPUs`);
    if (newest !== undefined)
      expect(wrong(newest + 1, one)).toBe(`is newer than branch ${newest}, the last that knows these GPUs`);
    for (const flavour of ["open", "proprietary"] as const) {
      const fits = (flavours as readonly string[]).includes(flavour);
      expect(wrong(575, flavour)?.includes(`has the ${flavour} kernel module`) ?? false).toBe(!fits);
    }
  });

  const together = generations.flatMap(([one, first]) =>
    generations.map(([other, second]) => [one, other, first, second] as const),
  );

  it.each(together)("%s beside %s: what drives both drives each", (_, __, first, second) => {
    const [one, other, both] = [driverFor([first]), driverFor([second]), driverFor([first, second])];
    if ("kind" in one || "kind" in other) throw new Error("each alone has a driver");
    const candidates = [465, 470, 520, 525, 565, 570, 580, 585, 999].flatMap((branch) =>
      (["open", "proprietary"] as const).map((flavour) => ({ version: `${branch}.1`, flavour })),
    );
    for (const driver of candidates) {
      const fits = misfit(driver, one) === undefined && misfit(driver, other) === undefined;
      expect("kind" in both ? false : misfit(driver, both) === undefined, JSON.stringify(driver)).toBe(fits);
    }
    if ("kind" in both) expect(both.kind).toBe("no-common-driver");
  });

  it("is none for one that nobody knows, whatever is beside it, and each is named once", () => {
    expect(driverFor(["2330", "3fff", "3fff"])).toEqual({
      kind: "unknown-gpu",
      gpus: ["NVIDIA GPU of an unknown generation (3fff)"],
    });
    expect(driverFor(["15f8", "15f8", "2901"])).toEqual({
      kind: "no-common-driver",
      gpus: ["NVIDIA Tesla P100 PCIe 16GB", "NVIDIA B200"],
    });
  });

  it.each([
    ["580.95.05", undefined, true],
    ["580.95.05", "580", true],
    ["580.95.05", "580.95", true],
    ["580.95.05", "580.95.05", true],
    ["580.95.05", "580.9", false],
    ["580.95.05", "58", false],
    ["580.95", "580.95.05", false],
  ])("of version %s is what %s asks for: %s", (version, prefix, is) => expect(isAskedFor(version, prefix)).toBe(is));
});
