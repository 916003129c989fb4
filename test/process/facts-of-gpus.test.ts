import { describe, expect, it } from "vitest";
import { gpuDriverFact } from "../../src/facts/gpu-driver.ts";
import { gpusFact } from "../../src/facts/gpus.ts";
import { askMachine, type Machine } from "./machine-double.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

/** A device on the PCI bus as sysfs shows it. */
function device(address: string, has: Readonly<Record<string, string | Uint8Array>>): Machine["files"] {
  const folder = `/sys/bus/pci/devices/${address}`;
  const all = { vendor: "0x10de\n", class: "0x030200\n", config: bytes(0xde, 0x10, 0x35, 0x23), ...has };
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${folder}/${name}`, text]));
}

describe("GPUs are found in sysfs", () => {
  const lanes = { current_link_width: "8\n", max_link_width: "16\n" };

  it("with their drivers and lanes, among devices of others and functions that compute nothing", () => {
    const found = askMachine(gpusFact, {
      files: {
        ...device("0000:19:00.0", { device: "0x2335\n", ...lanes }),
        ...device("0000:19:00.1", { device: "0x22b8\n", class: "0x040300\n" }),
        ...device("0000:1a:00.0", { device: "0x2335\n", config: bytes(255, 255, 255, 255) }),
        ...device("0000:00:02.0", { vendor: "0x8086\n", device: "0x2335\n" }),
        ...device("10000:e1:00.0", { device: "0x22a3\n", class: "0x068000\n" }),
      },
      links: { "/sys/bus/pci/devices/0000:19:00.0/driver": "../../../bus/pci/drivers/vfio-pci" },
      programs: { lspci: "exit 1" },
    });
    expect(
      found?.map((gpu) => [gpu.pciAddress, gpu.kind, gpu.driver, gpu.lost, gpu.lanes, gpu.maxLanes, gpu.model]),
    ).toEqual([
      // A link that leads nowhere is no driver.
      ["0000:19:00.0", "gpu", undefined, false, 8, 16, "NVIDIA H200 SXM 141GB"],
      ["0000:1a:00.0", "gpu", undefined, true, undefined, undefined, "NVIDIA H200 SXM 141GB"],
      ["10000:e1:00.0", "nvswitch", undefined, false, undefined, undefined, "NVSwitch"],
    ]);
  });

  it("with the driver that has them, and by lspci's name where no table knows the id", () => {
    const files = {
      ...device("0000:19:00.0", { device: "0x3fff\n" }),
      "/sys/bus/pci/drivers/nouveau/": "",
    };
    const links = { "/sys/bus/pci/devices/0000:19:00.0/driver": "../../drivers/nouveau" };
    const lspci = `[ "$*" = "-D -d 10de:" ] && echo "0000:19:00.0 3D controller: NVIDIA Corporation GX999 [Future 1] (rev a1)"`;
    expect(askMachine(gpusFact, { files, links, programs: { lspci } })).toMatchObject([
      { driver: "nouveau", model: "NVIDIA Future 1", deviceId: "3fff" },
    ]);
  });

  it("or there are none, which is known", () => {
    expect(askMachine(gpusFact, { programs: { lspci: "exit 1" } })).toEqual([]);
    expect(askMachine(gpusFact, { files: { "/sys/bus/pci/devices/": "" } })).toEqual([]);
  });
});

describe("the driver of GPUs", () => {
  const dpkg = `case "$*" in
*'nvidia-fabricmanager*'*) printf 'un \\nii 570.158.01-0ubuntu0.24.04.1\\n' ;;
*'nvidia-*'*) printf 'ii nvidia-driver-570-server\\nrc nvidia-driver-535\\nun nvidia-legacy\\nhi libnvidia-compute-570\\n' ;;
esac`;
  const driver = (has: Machine = {}) =>
    askMachine(gpuDriverFact, {
      ...has,
      programs: { "dpkg-query": "exit 1", systemctl: "echo inactive", uname: "echo 6.8.0-45-generic", ...has.programs },
    });

  it("is there with its module, its libraries, its packages and Fabric Manager", () => {
    const found = driver({
      files: {
        "/sys/module/nvidia/version": "570.158.01\n",
        "/proc/driver/nvidia/version":
          "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.158.01  Release Build\nGCC version: 13\n",
        "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.570.158.01": "",
        "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1": "",
        "/lib/modules/6.8.0-45-generic/build/Makefile": "",
      },
      programs: { "dpkg-query": dpkg, systemctl: "echo active" },
    });
    expect(found).toMatchObject({
      ...{ loaded: "570.158.01", flavour: "open", library: "570.158.01", headers: true, nouveau: false },
      fabricManager: { version: "570.158.01", active: true },
      packages: ["nvidia-driver-570-server", "libnvidia-compute-570"],
    });
  });

  it("is not there on a machine that has nothing of it", () => {
    expect(driver()).toEqual({
      ...{ loaded: undefined, flavour: undefined, library: undefined, nouveau: false, nouveauBlocked: false },
      ...{ secureBoot: false, headers: false, fabricManager: { version: undefined, active: false }, packages: [] },
    });
  });

  it.each<[string, Machine["files"], object]>([
    ["nouveau is loaded", { "/sys/module/nouveau/": "" }, { nouveau: true, nouveauBlocked: false }],
    ["it is kept off", { "/etc/modprobe.d/x.conf": "blacklist nouveau\n" }, { nouveauBlocked: true }],
    [
      "it is kept off in a comment only",
      { "/etc/modprobe.d/x.conf": "# blacklist nouveau\n" },
      { nouveauBlocked: false },
    ],
    ["headers of another kernel", { "/lib/modules/6.8.0-44-generic/build/Makefile": "" }, { headers: false }],
    ["headers whose folder alone is left", { "/lib/modules/6.8.0-45-generic/build/": "" }, { headers: false }],
  ])("where %s", (_, files = {}, expected) => {
    expect(driver({ files })).toMatchObject(expected);
  });

  const variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  const shim = "/sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";
  it.each<[string, Machine["files"], boolean | undefined]>([
    ["no UEFI at all", {}, false],
    ["UEFI that does not tell", { "/sys/firmware/efi/efivars/": "" }, undefined],
    ["Secure Boot on", { [variable]: bytes(6, 0, 0, 0, 1) }, true],
    ["Secure Boot off", { [variable]: bytes(6, 0, 0, 0, 0) }, false],
    [
      "Secure Boot on, and shim lets all pass",
      { [variable]: bytes(6, 0, 0, 0, 1), [shim]: bytes(6, 0, 0, 0, 1) },
      false,
    ],
  ])("may be refused by the firmware: %s", (_, files = {}, on) => {
    expect(driver({ files })?.secureBoot).toBe(on);
  });
});
