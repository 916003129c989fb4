import { describe, expect, it } from "vitest";
import type { GpuSettings } from "../../src/core/cluster.ts";
import type { Decision } from "../../src/core/step.ts";
import { driverInstalled } from "../../src/steps/nvidia/driver.ts";
import type { NvidiaPackage } from "../../src/steps/nvidia/nvidia-packages.ts";
import { caseHost } from "../cases/steps.ts";

type Settings = GpuSettings["driver"];
const open580 = { version: "580.95.05", flavour: "open", signer: undefined } as const;
const libraries: readonly NvidiaPackage[] = ["nvidia-utils-580-server", "libnvidia-compute-580-server"].map((name) => ({
  name,
  fullName: name,
  version: "580.95.05-0ubuntu0.24.04.1",
  held: true,
}));
const noble = { id: "ubuntu", version: "24.04", codename: "noble", prettyName: "Ubuntu 24.04 LTS" };
const trixie = { id: "debian", version: "13", codename: "trixie", prettyName: "Debian 13" };

function decide(settings: Partial<Settings>, seen: object = {}, gpu = "2330"): Decision {
  const driver: Settings = { source: "distribution", version: undefined, replace: false, ...settings };
  const step = driverInstalled({ driver, toolkit: { source: "nvidia", version: undefined }, proofImage: "python:3" });
  const observed = {
    pci: [{ address: "0000:41:00.0", deviceId: gpu, kind: "gpu", driver: "nvidia" }],
    loaded: "none",
    disk: "none",
    packages: [],
    kernels: { running: "6.8.0-48-generic", arch: "x86_64", nouveau: false, nouveauOff: true, installed: [] },
    os: noble,
    offered: undefined,
    known: [],
    sources: { kind: "absent" },
    pin: { kind: "absent" },
    ...seen,
  };
  return step.decide(observed, { ...caseHost, gpu: true });
}

/** The decision in a few words: its kind, and why, or what would be true. */
function told(decision: Decision): string {
  if (decision.kind === "blocked") return `${decision.code ?? "blocked"}: ${decision.because}`;
  if (decision.kind !== "change") return decision.kind;
  return decision.changes
    .map(({ summary, disrupts }) => `${summary}${disrupts === undefined ? "" : ` [${disrupts}]`}`)
    .join("; ");
}

const installed = "NVIDIA's driver 580 with the open kernel module is installed from the distribution, and held";
const asIsUnfit = { disk: { ...open580, version: "515.65.01" }, packages: libraries };

describe("what is done about the driver", () => {
  it.each<[string, Partial<Settings>, object, string]>([
    ["none, and one is wanted", {}, {}, installed],
    [
      "none, and none is wanted of us",
      { source: "none" },
      {},
      "gpu/driver-missing: there is no NVIDIA driver for the running kernel, and the inventory says gpu.driver.source: none",
    ],
    ["one that fits", {}, { disk: open580, packages: libraries }, "ok"],
    ["one that fits, of no package", {}, { loaded: open580 }, "ok"],
    [
      "one on disk counts more than the one that runs",
      {},
      { disk: open580, packages: libraries, loaded: { ...open580, version: "515.1" } },
      "ok",
    ],
    [
      "one that is too old",
      {},
      asIsUnfit,
      "gpu/driver-unfit: the NVIDIA driver 515.65.01 is older than branch 525, the first that knows these GPUs",
    ],
    ["one that is too old, and consent", { replace: true }, asIsUnfit, `${installed} [node]`],
    [
      "one that is too old, of no package, and consent",
      { replace: true },
      { ...asIsUnfit, packages: [] },
      "gpu/driver-unfit: the NVIDIA driver 515.65.01 shall be replaced, but no package brought it: apt cannot remove it",
    ],
    [
      "consent, but it is not ours to install",
      { source: "none", replace: true },
      asIsUnfit,
      "gpu/driver-unfit: the NVIDIA driver 515.65.01 is older than branch 525, the first that knows these GPUs",
    ],
    [
      "another version than the inventory's",
      { version: "570" },
      { disk: open580, packages: libraries },
      "gpu/driver-unfit: the NVIDIA driver 580.95.05 is not 570, as the inventory asks",
    ],
    ["the inventory's very version", { version: "580.95" }, { disk: open580, packages: libraries }, "ok"],
    [
      "another version, and consent",
      { version: "570", replace: true },
      { disk: open580, packages: libraries },
      `${installed.replace("580", "570")} [node]`,
    ],
  ])("%s", (_, settings, seen, expected) => expect(told(decide(settings, seen))).toBe(expected));

  it.each([
    ["590", "15f8", "is newer than branch 580, the last that knows these GPUs"],
    ["535.183.01", "2901", "is older than branch 570, the first that knows these GPUs"],
    ["520", "2330", "is older than branch 525, the first that knows these GPUs"],
  ])("%s for a GPU that it does not know (%s) is not installed, with consent or without", (version, gpu, problem) => {
    const because = `gpu/driver-unfit: the NVIDIA driver ${version}, which the inventory asks for, ${problem}`;
    for (const source of ["distribution", "nvidia"] as const) {
      expect(told(decide({ version, source }, {}, gpu))).toBe(because);
      expect(
        told(
          decide(
            { version, source, replace: true },
            { disk: { ...open580, version: "465.1" }, packages: libraries },
            gpu,
          ),
        ),
      ).toBe(because);
    }
    expect(told(decide({ version, source: "none" }, {}, gpu))).toContain("gpu/driver-missing");
  });

  it.each<[string, Partial<Settings>, string | undefined, string]>([
    [
      "too old",
      {},
      "520.56.06-1",
      "gpu/no-common-driver: Debian offers the NVIDIA driver 520.56.06, needed is 525 or newer",
    ],
    [
      "just new enough",
      {},
      "525.60.13-1",
      "NVIDIA's driver with the open kernel module is installed from the distribution, and held",
    ],
    [
      "not the one that is asked for",
      { version: "550" },
      "535.183.01-1~deb12u1",
      "gpu/no-common-driver: Debian offers the NVIDIA driver 535.183.01, needed is 550",
    ],
    [
      "the one that is asked for",
      { version: "535" },
      "535.183.01-1~deb12u1",
      "NVIDIA's driver 535 with the open kernel module is installed from the distribution, and held",
    ],
    [
      "not known before apt has its lists",
      {},
      undefined,
      "NVIDIA's driver with the open kernel module is installed from the distribution, and held",
    ],
  ])("Debian's is %s", (_, settings, offered, expected) => {
    expect(told(decide(settings, { os: trixie, offered }))).toBe(expected);
  });

  it("may be older at Debian's where NVIDIA's own is asked for", () => {
    expect(told(decide({ source: "nvidia" }, { os: trixie, offered: "520.56.06-1" }))).toContain(
      "NVIDIA's driver 580 with",
    );
  });

  it.each([
    [noble, "x86_64", "ubuntu2404/x86_64"],
    [noble, "aarch64", "ubuntu2404/sbsa"],
    [trixie, "x86_64", "debian13/x86_64"],
  ])("NVIDIA's own comes from its repository for the system: %j on %s", (os, arch, folder) => {
    const kernels = { running: "6.8.0", arch, nouveau: false, nouveauOff: true, installed: [] };
    const decision = decide({ source: "nvidia" }, { os, kernels });
    const [sources, pin] = decision.kind === "change" ? decision.changes : [];
    expect(sources?.after).toContain(`URIs: https://developer.download.nvidia.com/compute/cuda/repos/${folder}/\n`);
    expect(pin?.after).toMatch(/^Pin: version 580\.\*\nPin-Priority: 1001$/m);
  });

  it("names apt no repository that it knows by somebody else's file, and keeps the pin all the same", () => {
    const theirs = decide({ source: "nvidia" }, { known: ["/etc/apt/sources.list.d/cuda.list"] });
    expect(told(theirs).split("; ")[0]).toBe("apt holds NVIDIA's driver to 580");
    const ours = decide({ source: "nvidia" }, { known: ["/etc/apt/sources.list.d/nvidia-cuda.sources"] });
    expect(told(ours).split("; ")[0]).toBe("apt knows NVIDIA's own repository");
  });

  it("is a hold of what is not held yet, but for modules that go with their kernel, and none of the operator's", () => {
    const module = {
      name: "linux-modules-nvidia-580-generic",
      fullName: "linux-modules-nvidia-580-generic",
      version: "1",
      held: false,
    };
    const toolkit = {
      name: "nvidia-container-toolkit",
      fullName: "nvidia-container-toolkit",
      version: "1.18",
      held: false,
    };
    const packages = [module, toolkit, ...libraries.map((one, index) => ({ ...one, held: index === 0 }))];
    const decision = decide({}, { disk: open580, packages });
    const actions = decision.kind === "change" ? decision.changes[0].actions : [];
    const [, hold] = actions.map((action) => (action.kind === "run" ? action.sh.text : ""));
    expect(hold).toBe("apt-mark hold libnvidia-compute-580-server");
    expect(decide({ source: "none" }, { disk: open580, packages })).toEqual({ kind: "ok" });
  });

  it.each([
    [{ packages: undefined }, "its packages"],
    [{ os: undefined }, "its packages"],
    [{ kernels: undefined }, "its kernels"],
    [{ loaded: undefined }, "the NVIDIA module"],
    [{ pci: undefined }, "its PCI devices"],
  ])("is nothing without an answer: %j", (seen, about) => {
    expect(told(decide({}, seen))).toBe(`blocked: the host gave no usable answer about ${about}`);
  });
});
