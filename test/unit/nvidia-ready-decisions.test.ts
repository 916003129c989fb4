import { describe, expect, it } from "vitest";
import type { GpuSettings } from "../../src/core/cluster.ts";
import { fabricManager } from "../../src/steps/nvidia/fabric-manager.ts";
import { persistence } from "../../src/steps/nvidia/persistence.ts";
import { containerToolkit } from "../../src/steps/nvidia/toolkit.ts";
import { gpu, gpuHost, open580, pci, told } from "./support/gpu-told.ts";

const answers = { kind: "answers", driverVersion: "580.95.05", gpus: [] };

describe("persistence", () => {
  const restart = "The GPUs stay initialised, now and after a reboot";
  const [on, off, plain, without] = [
    "on",
    "off",
    "nvidia-persistenced --user x",
    "nvidia-persistenced --no-persistence-mode",
  ];

  it.each<[string, boolean, boolean, string, string]>([
    [on, true, true, plain, "ok"],
    [on, true, false, plain, restart],
    [on, false, true, plain, restart],
    [on, false, true, without, restart],
    [off, true, true, plain, restart],
    [off, true, true, without, `${restart} (its drop-in)`],
    [off, false, false, without, `${restart} (its drop-in)`],
  ])("is %s, its daemon active %s, enabled %s, with %j: %s", (now, active, enabled, command, expected) => {
    const gpus = [{ persistence: true }, { persistence: now === on }];
    const seen = {
      smi: { ...answers, gpus },
      service: { known: true, active, enabled, command },
      file: { kind: "absent" },
    };
    const decision = persistence().decide(seen, gpuHost);
    const change = decision.kind === "change" ? decision.changes[0] : undefined;
    expect(
      change === undefined ? decision.kind : change.summary + (change.after === undefined ? "" : " (its drop-in)"),
    ).toBe(expected);
  });

  it("is turned on by hand where there is no daemon, and looked at where there is no GPU", () => {
    const service = { known: false, active: false, enabled: false, command: "" };
    const of = (gpus: readonly object[]) =>
      told(persistence(), { smi: { ...answers, gpus }, service, file: { kind: "absent" } });
    expect(of([{ persistence: true }])).toBe("ok");
    for (const gpus of [[{ persistence: false }], []])
      expect(of(gpus)).toBe("The GPUs stay initialised until the next reboot");
  });
});

describe("Fabric Manager", () => {
  const packages = (version: string) => [
    { name: "nvidia-fabricmanager-580", fullName: "nvidia-fabricmanager-580", version, held: true },
  ];
  const seen = {
    pci: pci("2901"),
    loaded: open580,
    disk: open580,
    packages: packages("580.95.05-1"),
    service: { known: true, active: true, enabled: true, command: "" },
  };
  const runs = "Fabric Manager runs, now and after a reboot";
  const comes = (version: string) => `Fabric Manager ${version}, the driver's version, is installed and held; ${runs}`;

  it.each<[string, object, string]>([
    ["of the driver's version, which runs", {}, "ok"],
    ["that is stopped", { service: { known: true, active: false, enabled: true, command: "" } }, runs],
    ["that is not enabled", { service: { known: true, active: true, enabled: false, command: "" } }, runs],
    ["of an older version", { packages: packages("580.82.07-1") }, comes("580.95.05")],
    ["of a version with an epoch and a suffix", { packages: packages("1:580.95.05-0ubuntu1~24.04") }, "ok"],
    ["that is missing", { packages: [] }, comes("580.95.05")],
    [
      "for the driver on disk, rather than the one that runs",
      { disk: { ...open580, version: "580.82.07" } },
      comes("580.82.07"),
    ],
    ["for the driver that runs, where none is on disk", { disk: "none" }, "ok"],
    ["before there is a driver", { disk: "none", loaded: "none" }, "after nvidia/driver"],
    ["on a host without switches", { pci: pci("26b9"), packages: [], service: undefined }, "ok"],
    [
      "whose service is not told of",
      { service: undefined },
      "blocked: the host gave no usable answer about Fabric Manager",
    ],
  ])("%s", (_, more, expected) => expect(told(fabricManager(gpu("nvidia")), { ...seen, ...more })).toBe(expected));

  it.each([
    [packages("580.82.07-1"), "Fabric Manager 580.82.07 is installed, the NVSwitches need 580.95.05"],
    [[], "Fabric Manager is missing, the NVSwitches need 580.95.05"],
  ])("is the operator's where the driver is", (there, because) => {
    expect(told(fabricManager(gpu("none")), { ...seen, packages: there })).toBe(`blocked: ${because}`);
  });
});

describe("the container toolkit", () => {
  const parts = [
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
    "libnvidia-container-tools",
    "libnvidia-container1",
  ];
  const all = (version: string, held = true) => parts.map((name) => ({ name, fullName: name, version, held }));
  const decide = (packages: unknown, settings: Partial<GpuSettings["toolkit"]> = {}) =>
    told(containerToolkit(gpu("none", settings)), {
      packages,
      known: ["/etc/apt/sources.list.d/mine.list"],
      sources: { kind: "absent" },
    });
  const comes = (named = "") => `NVIDIA's container toolkit${named} is installed and held`;

  it.each<[string, string | undefined, string]>([
    ["1.18.0-1", undefined, "ok"],
    ["1.17.9-1", undefined, comes()],
    ["1.9.0-1", undefined, comes()],
    ["2.0.0-1", undefined, "ok"],
    ["1.20.1~rc.1-1", undefined, "ok"],
    ["1.17.9-1", "1.17", "ok"],
    ["1.18.0-1", "1.17", comes(" 1.17")],
    ["1.18.10-1", "1.18.1", comes(" 1.18.1")],
  ])("%s where %s is asked for", (version, asked, expected) => {
    expect(decide(all(version), { version: asked })).toBe(expected);
  });

  it("is of one version in all its parts, and held in each", () => {
    for (const index of parts.keys()) {
      expect(decide(all("1.18.0-1").filter((_, at) => at !== index))).toBe(comes());
      expect(decide(all("1.18.0-1").map((one, at) => (at === index ? { ...one, version: "1.18.1-1" } : one)))).toBe(
        comes(),
      );
      expect(decide(all("1.18.0-1").map((one, at) => (at === index ? { ...one, held: false } : one)))).toBe(
        "Upgrades leave NVIDIA's container toolkit as it is",
      );
    }
  });

  it.each<[readonly object[], string]>([
    [all("1.18.0-1", false), "ok"],
    [all("1.18.0-1").slice(0, 1), "ok"],
    [
      all("1.17.0-1"),
      "blocked: NVIDIA's container toolkit is 1.17.0, older than 1.18 or not as asked, and the inventory says gpu.toolkit.source: none",
    ],
    [[], "blocked: NVIDIA's container toolkit is not installed, and the inventory says gpu.toolkit.source: none"],
  ])("is the operator's where the inventory says so", (packages, expected) => {
    expect(decide(packages, { source: "none" })).toBe(expected);
  });
});
