import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings, withAddons } from "../unit/support/addon-world.ts";
import { changesOf, decideOn, host, scriptsOf, withRke } from "../unit/support/rke-world.ts";

const [first, second] = ["GPU-1b2c-aaaa", "GPU-1b2c-bbbb"];
const folder = testFolder("gpu-wait");
for (const [pci, uuid] of [
  ["0000:41:00.0", first],
  ["0000:c1:00.0", second],
]) {
  mkdirSync(join(folder, "nvidia/gpus", pci ?? ""), { recursive: true });
  writeFileSync(join(folder, "nvidia/gpus", pci ?? "", "information"), `Model: \t X\nGPU UUID: \t ${uuid}\n`);
}

writeFileSync(join(folder, "nvidia-gpu.sock"), "");

/** What is lacking by the probe's judgement and by that of the script that waits, where a kubelet offers this. */
function judged(offered: object, timeSlicing: number | undefined) {
  const gpuHost = host("gpu-b", { gpu: true });
  const shared = { hosts: ["gpu-b"], timeSlicing, mps: undefined, mig: undefined };
  const pools = timeSlicing === undefined ? {} : { shared };
  const settings = { ...chartSettings(), pools };
  const [addon] = addonsOf(withAddons({ nvidiaDevicePlugin: settings }, withRke({}, { hosts: [gpuHost] })));
  const step = addon?.after?.steps[0] ?? expect.fail();
  const knows = `0000:41:00.0 ${first}\n0000:c1:00.0 ${second}\n`;
  const decide = (offer: object) =>
    decideOn(step, { RegisteredDevices: JSON.stringify(offer), "/proc/driver/nvidia": knows }, gpuHost);
  const told = changesOf(decide(offered))[0]?.summary ?? "";
  const data = { PodDeviceEntries: [{ DeviceIDs: { "-1": [first] } }], RegisteredDevices: offered };
  writeFileSync(join(folder, "kubelet_internal_checkpoint"), JSON.stringify({ Data: data, Checksum: 7 }));
  const script = scriptsOf(decide({ "nvidia.com/gpu": [] }))
    .replaceAll("/proc/driver/nvidia", `${folder}/nvidia`)
    .replaceAll("/var/lib/kubelet/device-plugins", folder)
    .replace(" + 180))", "))");
  const { status, stdout } = spawnSync("/bin/dash", ["-c", script], { encoding: "utf8" });
  const lacks = /^not offered: (.*)$/m.exec(stdout)?.[1] ?? "";
  return { status, probe: told.match(/GPU-\S+(?=\))/g) ?? [], script: lacks.match(/GPU-\S+(?=\))/g) ?? [] };
}

const copies = (uuid: string, count: number) => Array.from({ length: count }, (_, index) => `${uuid}::${index}`);

describe("the gate that waits for GPUs judges as the look before it", () => {
  it.each<[string, object, number | undefined, readonly string[]]>([
    ["all are there", { "nvidia.com/gpu": [second, first] }, undefined, []],
    ["one is missing", { "nvidia.com/gpu": [second] }, undefined, [first]],
    ["none is left", { "nvidia.com/gpu": [] }, undefined, [first, second]],
    ["they are shared as they should", { "nvidia.com/gpu": [...copies(first, 3), ...copies(second, 3)] }, 3, []],
    ["one is shared too seldom", { "nvidia.com/gpu": [...copies(first, 2), ...copies(second, 3)] }, 3, [first]],
    ["one is shared too often", { "nvidia.com/gpu": [...copies(first, 4), ...copies(second, 3)] }, 3, [first]],
    [
      "they are shared by another name",
      { "nvidia.com/gpu.shared": [...copies(first, 2), ...copies(second, 2)] },
      2,
      [],
    ],
    ["they are shared, and should not be", { "nvidia.com/gpu": copies(first, 2).concat(second) }, undefined, [first]],
  ])("where %s", (_, offered, timeSlicing, lacking) => {
    expect(judged(offered, timeSlicing)).toEqual({
      status: lacking.length === 0 ? 0 : 1,
      probe: lacking,
      script: lacking,
    });
  });
});
