import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import type { DevicePluginSettings, GpuPool } from "../../src/core/addons.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, host, list, type Machine, node, scriptsOf, withRke } from "./support/rke-world.ts";

const gpuHosts = [host("cp-a", { roles: ["controlplane", "etcd"] }), host("gpu-b", { gpu: true }), host("cpu-c")];
const pool = (more: Partial<GpuPool>): GpuPool => ({
  hosts: ["gpu-b"],
  timeSlicing: undefined,
  mps: undefined,
  mig: undefined,
  ...more,
});

function plugin(pools: DevicePluginSettings["pools"] = {}) {
  const settings = { ...chartSettings({ version: "0.20.0" }), pools };
  const [addon] = addonsOf(withAddons({ nvidiaDevicePlugin: settings }, withRke({}, { hosts: gpuHosts })));
  const [labels, release] = addon?.steps ?? [];
  const [allocatable] = addon?.after?.steps ?? [];
  if (labels === undefined || release === undefined || allocatable === undefined) throw new Error("steps are missing");
  return { labels, release, allocatable };
}

function nodes(labels: Readonly<Record<string, Readonly<Record<string, string>>>>): Machine {
  const all = gpuHosts.map(({ name }) => {
    const plain = node(name);
    return { ...plain, metadata: { name, labels: { ...plain.metadata.labels, ...labels[name] } } };
  });
  return { "get nodes": list(...all), "ingressclasses,daemonsets": list() };
}

const marked = { "nvidia.com/gpu.present": "true" };
const inPool = { ...marked, "nvidia.com/device-plugin.config": "shared" };

describe("the nodes of the device plugin", () => {
  it("are labelled, as its chart would otherwise make no pods", () => {
    const changes = changesOf(decideOn(plugin().labels, nodes({})));
    expect(changes.map(({ summary }) => summary)).toEqual(["label gpu-b: nvidia.com/gpu.present=true"]);
    expect(decideOn(plugin().labels, nodes({ "gpu-b": marked })).kind).toBe("ok");
  });

  it("carry the name of their pool, and lose it when they leave the pool", () => {
    const shared = plugin({ shared: pool({ mps: 4 }) });
    expect(changesOf(decideOn(shared.labels, nodes({ "gpu-b": marked })))[0]?.summary).toBe(
      "label gpu-b: nvidia.com/device-plugin.config=shared nvidia.com/mps.capable=true",
    );
    const before = { "gpu-b": { ...inPool, "nvidia.com/mps.capable": "true" } };
    expect(decideOn(shared.labels, nodes(before)).kind).toBe("ok");
    expect(scriptsOf(decideOn(plugin().labels, nodes(before)))).toContain(
      "label --overwrite node gpu-b nvidia.com/device-plugin.config- nvidia.com/mps.capable-",
    );
  });

  it("name that they are in no pool where the nodes without a name are those that share by MPS", () => {
    const others = plugin({
      quick: pool({ hosts: ["gpu-x"], mps: 4 }),
      slow: pool({ hosts: ["gpu-y"], timeSlicing: 2 }),
    });
    expect(changesOf(decideOn(others.labels, nodes({ "gpu-b": marked })))[0]?.summary).toBe(
      "label gpu-b: nvidia.com/device-plugin.config=unshared",
    );
    const sliced = plugin({ slow: pool({ hosts: ["gpu-y"], timeSlicing: 2 }) });
    expect(decideOn(sliced.labels, nodes({ "gpu-b": marked })).kind).toBe("ok");
  });

  it("are unmarked where a host has no GPUs any more", () => {
    const changes = changesOf(decideOn(plugin().labels, nodes({ "gpu-b": marked, "cpu-c": marked })));
    expect(changes.map(({ summary }) => summary)).toEqual(["label cpu-c: nvidia.com/gpu.present-"]);
  });

  it.each([
    ["NVIDIA's own manifest", "kube-system/nvidia-device-plugin-daemonset", true],
    ["another release of its chart", "gpus/nvdp-nvidia-device-plugin", true],
    ["the GPU operator's", "gpu-operator/nvidia-device-plugin-daemonset", true],
    ["the one of this addon", "nvidia-device-plugin/nvidia-device-plugin", false],
    ["the plugin of another maker's devices", "kube-system/rdma-device-plugin", false],
    ["the exporter of the GPUs' figures", "monitoring/nvidia-dcgm-exporter", false],
  ])("get no second device plugin: %s", (_, daemonSet, isRival) => {
    const [namespace, name] = daemonSet.split("/");
    const there = { kind: "DaemonSet", metadata: { namespace, name } };
    // A class of that name is nobody's rival.
    const others = list(there, { kind: "StorageClass", metadata: { name: "nvidia-device-plugin" } });
    const decision = decideOn(plugin().labels, { ...nodes({ "gpu-b": marked }), "ingressclasses,daemonsets": others });
    const refused = { kind: "blocked", code: "addon/release-foreign", because: expect.stringContaining(daemonSet) };
    expect(decision).toMatchObject(isRival ? refused : { kind: "ok" });
  });

  it("are waited for", () => {
    expect(decideOn(plugin().labels, {})).toMatchObject({ kind: "later", after: "rke/ready" });
  });
});

describe("the device plugin's values", () => {
  const values = (pools: DevicePluginSettings["pools"]) =>
    changesOf(decideOn(plugin(pools).release, { "get configmaps,secrets": records() }))[0]?.after ?? "";

  it("name no runtime class, which RKE's cri-dockerd does not know", () => {
    expect(values({})).toBe("gfd:\n  enabled: false\n");
  });

  it.each<[Partial<GpuPool>, string]>([
    [
      { timeSlicing: 4 },
      "sharing:\n        timeSlicing:\n          resources:\n            - name: nvidia.com/gpu\n              replicas: 4",
    ],
    [
      { mps: 3 },
      "sharing:\n        mps:\n          resources:\n            - name: nvidia.com/gpu\n              replicas: 3",
    ],
    [{ mig: "mixed" }, "flags:\n        migStrategy: mixed"],
  ])("have a configuration for the pool %j, and a plain one for all other nodes", (more, text) => {
    const given = values({ shared: pool(more) });
    // What tells the daemon of MPS of another one than the default fails.
    expect(given).toContain(`default: ${more.mps === undefined ? "unshared" : "shared"}`);
    expect(given).toContain(`shared: |\n      version: v1\n      ${text}`);
  });
});

describe("the GPUs on offer", () => {
  const gpu = host("gpu-b", { gpu: true });
  const driver = "0000:41:00.0 GPU-aaaa\n0000:c1:00.0 GPU-bbbb\n";
  const machine = (offered: object | string, knows = driver): Machine => ({
    RegisteredDevices: typeof offered === "string" ? offered : JSON.stringify(offered),
    "/proc/driver/nvidia": knows,
  });
  const { allocatable } = plugin();

  it("are asked for on hosts with GPUs alone", () => {
    expect(gpuHosts.filter((one) => allocatable.appliesTo?.(one)).map(({ name }) => name)).toEqual(["gpu-b"]);
  });

  it("are all that the driver knows", () => {
    expect(decideOn(allocatable, machine({ "nvidia.com/gpu": ["GPU-bbbb", "GPU-aaaa"] }), gpu).kind).toBe("ok");
  });

  it("are waited for where one is missing, by its PCI address", () => {
    const [change] = changesOf(decideOn(allocatable, machine({ "nvidia.com/gpu": ["GPU-bbbb"] }), gpu));
    expect(change).toMatchObject({ summary: "wait for the GPUs 0000:41:00.0 (GPU-aaaa)", onlyWaits: true });
  });

  it("are waited for while the device plugin offers nothing yet, also where other devices are on offer", () => {
    for (const offered of ["", "cut {", { "example.org/fpga": ["x"] }, "null"]) {
      const [change] = changesOf(decideOn(allocatable, machine(offered), gpu));
      const both = "wait for the GPUs 0000:41:00.0 (GPU-aaaa), 0000:c1:00.0 (GPU-bbbb)";
      expect(change).toMatchObject({ summary: both, onlyWaits: true });
    }
  });

  it("are later where neither a driver nor a device plugin is there yet", () => {
    expect(decideOn(allocatable, machine("", ""), gpu)).toMatchObject({ kind: "later" });
  });

  it("come back to pods once the plugin is begun anew, which it does not do by itself", () => {
    const [change] = changesOf(decideOn(allocatable, machine({ "nvidia.com/gpu": [] }), gpu));
    const [waits] = change?.actions ?? [];
    const remedies = waits?.kind === "run" ? waits.failures?.map(({ remedy }) => remedy) : [];
    expect(remedies?.join()).toContain(
      "`kubectl delete pods -n nvidia-device-plugin --field-selector spec.nodeName=gpu-b`",
    );
  });

  it("cannot be none on a host that says it has some", () => {
    const decision = decideOn(allocatable, machine({ "nvidia.com/gpu": [] }, ""), gpu);
    expect(decision).toMatchObject({ kind: "blocked", because: expect.stringContaining("gpu-b says `gpu: true`") });
  });

  it("are offered as often as their pool says", () => {
    const shared = plugin({ shared: pool({ timeSlicing: 2 }) }).allocatable;
    const copies = (count: number) =>
      ["GPU-aaaa", "GPU-bbbb"].flatMap((uuid) => Array.from({ length: count }, (_, index) => `${uuid}::${index}`));
    expect(decideOn(shared, machine({ "nvidia.com/gpu": copies(2) }), gpu).kind).toBe("ok");
    expect(decideOn(shared, machine({ "nvidia.com/gpu": copies(1) }), gpu).kind).toBe("change");
    expect(decideOn(allocatable, machine({ "nvidia.com/gpu": copies(2) }), gpu).kind).toBe("change");
  });

  it("are the parts that MIG made, in a pool of such", () => {
    const parts = plugin({ cut: pool({ mig: "single" }) }).allocatable;
    const knows = { "nvidia-smi -L": "MIG MIG-1111\nMIG MIG-2222\n" };
    const offer = { RegisteredDevices: JSON.stringify({ "nvidia.com/gpu": ["MIG-1111", "MIG-2222"] }) };
    expect(decideOn(parts, { ...offer, ...knows }, gpu).kind).toBe("ok");
    expect(decideOn(parts, { RegisteredDevices: '{"nvidia.com/gpu":["MIG-1111"]}', ...knows }, gpu).kind).toBe(
      "change",
    );
  });
});
