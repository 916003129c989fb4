import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings, withAddons } from "../unit/support/addon-world.ts";
import { host, withRke } from "../unit/support/rke-world.ts";

describe("the questions about GPUs", () => {
  const folder = testFolder("gpus");
  const hosts = [host("gpu-b", { gpu: true })];
  const settings = { ...chartSettings(), pools: {} };
  const [addon] = addonsOf(withAddons({ nvidiaDevicePlugin: settings }, withRke({}, { hosts })));
  const questions = addon?.after?.steps[0]?.probes(host("gpu-b", { gpu: true })) ?? {};
  const ask = (name: string): string => {
    const text = (questions[name]?.sh.text ?? "")
      .replaceAll("/proc/driver/nvidia", `${folder}/nvidia`)
      .replaceAll("/var/lib/kubelet/device-plugins", folder);
    return execFileSync("/bin/dash", ["-c", text], { encoding: "utf8" });
  };

  it("read the driver's own files", () => {
    expect(ask("gpus")).toBe("");
    const gpu = join(folder, "nvidia/gpus/0000:41:00.0");
    mkdirSync(gpu, { recursive: true });
    // The fields and tabs are the driver's.
    const information =
      "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 63\nGPU UUID: \t GPU-1b2c-aaaa\nVideo BIOS: \t ??\n";
    writeFileSync(join(gpu, "information"), information);
    expect(ask("gpus")).toBe("0000:41:00.0 GPU-1b2c-aaaa\n");
  });

  it("read of the kubelet's checkpoint only what is on offer, not what pods have", () => {
    const entries = [{ PodUID: "x", ResourceName: "nvidia.com/gpu", DeviceIDs: { "-1": ["GPU-old"] } }];
    const data = { PodDeviceEntries: entries, RegisteredDevices: { "nvidia.com/gpu": ["GPU-1b2c-aaaa"] } };
    writeFileSync(join(folder, "kubelet_internal_checkpoint"), JSON.stringify({ Data: data, Checksum: 7 }));
    // A kubelet keeps what a plugin offered that is gone, and offers nothing of it.
    expect(ask("offer")).toBe("");
    writeFileSync(join(folder, "nvidia-gpu.sock"), "");
    expect(JSON.parse(ask("offer"))).toEqual({ "nvidia.com/gpu": ["GPU-1b2c-aaaa"] });
  });
});
