import { describe, expect, it } from "vitest";
import type { GpuSettings } from "../../src/core/cluster.ts";
import { driverLoaded } from "../../src/steps/nvidia/loaded.ts";
import { gpusSupported } from "../../src/steps/nvidia/supported.ts";
import { gpu, gpuHost, open580, pci, told } from "./support/gpu-told.ts";

const library = (version: string) => ({
  name: "libnvidia-compute-580",
  fullName: "libnvidia-compute-580",
  version,
  held: true,
});
const answers = { kind: "answers", driverVersion: "580.95.05", gpus: [] };

describe("the driver that runs", () => {
  const kernels = { running: "6.8.0", arch: "x86_64", nouveau: false, nouveauOff: true, installed: [] };
  const seen = { loaded: open580, disk: open580, packages: [library("580.95.05-0ubuntu1")], kernels, smi: answers };
  const older = { ...open580, version: "580.82.07" };
  const mismatch = { kind: "mismatch", library: "580.105.08" };
  const reboot = "The host is rebooted: NVIDIA's driver 580.95.05 runs, installed is 580.82.07";

  it.each<[string, object, string]>([
    ["is the one on disk", {}, "ok"],
    ["is not the one on disk", { disk: older }, reboot],
    ["has no module on disk, and its libraries", { disk: "none" }, "ok"],
    ["has no module on disk, and other libraries", { disk: "none", packages: [library("580.82.07-0ubuntu1")] }, reboot],
    ["has no module on disk, and no package", { disk: "none", packages: [] }, "ok"],
    [
      "has libraries that do not fit, and a reboot would not help",
      { smi: mismatch },
      "gpu/driver-unfit: NVIDIA's libraries are 580.105.08, its module is 580.95.05, loaded and on disk",
    ],
    [
      "has libraries that do not fit, by their package",
      { smi: { kind: "mismatch", library: undefined } },
      "gpu/driver-unfit: NVIDIA's libraries are 580.95.05, its module is 580.95.05, loaded and on disk",
    ],
    [
      "has libraries of nobody knows what version",
      { smi: { kind: "mismatch", library: undefined }, packages: [] },
      "gpu/driver-unfit: NVIDIA's libraries are of another version, its module is 580.95.05, loaded and on disk",
    ],
    ["does not answer as it is too old, which a reboot mends", { disk: older, smi: mismatch }, reboot],
    [
      "has no nvidia-smi",
      { smi: { kind: "missing" } },
      "gpu/driver-unfit: NVIDIA's driver is loaded, but nvidia-smi does not answer: the command is missing",
    ],
    [
      "has lost its GPU",
      { smi: { kind: "no-devices", said: "No devices were found" } },
      "gpu/driver-unfit: NVIDIA's driver is loaded, but nvidia-smi does not answer: No devices were found",
    ],
    ["is none, and there is one to load", { loaded: "none" }, "NVIDIA's driver is loaded"],
    [
      "is none, nouveau has the GPUs",
      { loaded: "none", kernels: { ...kernels, nouveau: true } },
      "The host is rebooted: nouveau holds the GPUs",
    ],
    [
      "is none, and none is there",
      { loaded: "none", disk: "none", kernels: { ...kernels, nouveau: true } },
      "after nvidia/driver",
    ],
    ["is not told", { loaded: undefined }, "blocked: the host gave no usable answer about the NVIDIA driver"],
    [
      "is told, and its packages are not",
      { packages: undefined },
      "blocked: the host gave no usable answer about the NVIDIA driver",
    ],
    [
      "is told, and the kernels are not",
      { kernels: undefined },
      "blocked: the host gave no usable answer about the NVIDIA driver",
    ],
  ])("%s", (_, more, expected) => expect(told(driverLoaded(), { ...seen, ...more })).toBe(expected));

  it("is drained around a reboot alone, for the host that is rebooted", () => {
    const around = { before: { text: "drain h1" }, after: { text: "uncordon h1" }, timeoutMs: 1, failures: [] };
    const step = driverLoaded((host) => (host.name === "h1" ? (around as never) : (undefined as never)));
    for (const more of [{ disk: older }, { loaded: "none", kernels: { ...kernels, nouveau: true } }]) {
      const decision = step.decide({ ...seen, ...more }, gpuHost);
      expect(decision).toMatchObject({
        kind: "change",
        changes: [{ disrupts: "node", actions: [{ kind: "reboot", around }] }],
      });
    }
    const load = step.decide({ ...seen, loaded: "none" }, gpuHost);
    expect(load.kind === "change" && load.changes.map(({ disrupts, actions }) => [disrupts, actions[0].kind])).toEqual([
      [undefined, "run"],
    ]);
  });
});

describe("Secure Boot", () => {
  const os = (id: string) => ({ id, version: "24.04", codename: "noble", prettyName: id });
  const seen = {
    pci: pci("2330"),
    loaded: "none",
    disk: "none",
    boot: { on: true, ownKeyEnrolled: false },
    os: os("ubuntu"),
  };
  const signed = (signer: string | undefined) => ({ disk: { ...open580, signer } });
  const enrolled = { boot: { on: true, ownKeyEnrolled: true } };
  const off = { boot: { on: false, ownKeyEnrolled: false } };
  const built = (by: string) =>
    `gpu/secure-boot: Secure Boot is on, and ${by} build the module on the host, signed with a key that the firmware does not know`;
  const refused = (who: string) =>
    `gpu/secure-boot: Secure Boot is on, and the NVIDIA module is signed by ${who}: the kernel refuses it`;

  it.each<[GpuSettings["driver"]["source"], string, object, string]>([
    ["distribution", "Ubuntu's modules, which Canonical signs", {}, "ok"],
    ["distribution", "Debian's, which are built there", { os: os("debian") }, built("Debian's packages")],
    ["distribution", "Debian's, with an enrolled key", { os: os("debian"), ...enrolled }, "ok"],
    ["distribution", "Debian's, where it is off", { os: os("debian"), ...off }, "ok"],
    ["nvidia", "NVIDIA's on Ubuntu", {}, built("NVIDIA's own packages")],
    ["nvidia", "NVIDIA's with an enrolled key", enrolled, "ok"],
    ["none", "what the operator will install", { os: os("debian") }, "ok"],
    ["distribution", "a module that Canonical signed", signed("Canonical Ltd. Kernel Module Signing"), "ok"],
    [
      "distribution",
      "a module with the host's own key",
      signed("h1 Secure Boot Module Signature key"),
      refused('"h1 Secure Boot Module Signature key", whose key is not enrolled'),
    ],
    ["distribution", "that key, enrolled", { ...signed("h1 Secure Boot Module Signature key"), ...enrolled }, "ok"],
    ["none", "a module that nobody signed", signed(undefined), refused("nobody")],
    [
      "nvidia",
      "one that nobody signed, with an enrolled key",
      { ...signed(undefined), ...enrolled },
      refused("nobody"),
    ],
    ["nvidia", "one that nobody signed, where it is off", { ...signed(undefined), ...off }, "ok"],
    ["nvidia", "one that runs already", { ...signed(undefined), loaded: open580 }, "ok"],
    [
      "distribution",
      "what does not answer",
      { boot: undefined },
      "blocked: the host gave no usable answer about Secure Boot",
    ],
    ["distribution", "what does not answer, with a driver that runs", { boot: undefined, loaded: open580 }, "ok"],
  ])("with the source %s and %s", (source, _, more, expected) => {
    expect(told(gpusSupported(gpu(source)), { ...seen, ...more })).toBe(expected);
  });

  it.each<[GpuSettings["driver"]["source"], string, boolean]>([
    ["nvidia", "ubuntu", true],
    ["nvidia", "debian", false],
    ["distribution", "debian", false],
  ])("names Ubuntu's own modules as a way out only where there are such: %s on %s", (source, id, does) => {
    const decision = gpusSupported(gpu(source)).decide({ ...seen, os: os(id) }, gpuHost);
    expect(decision.kind === "blocked" && decision.remedy.includes("gpu.driver.source: distribution")).toBe(does);
    expect(decision.kind === "blocked" && decision.remedy).toContain(
      "mokutil --import /var/lib/shim-signed/mok/MOK.der",
    );
  });
});
