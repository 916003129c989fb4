import { describe, expect, it } from "vitest";
import type { Probe } from "../../src/core/probe.ts";
import { branchOf, loadedModule, moduleOnDisk } from "../../src/steps/nvidia/kernel-module.ts";
import { nvidiaSmi } from "../../src/steps/nvidia/nvidia-smi.ts";
import { nvidiaPciDevices, pciAddress } from "../../src/steps/nvidia/pci-devices.ts";
import { secureBoot } from "../../src/steps/nvidia/secure-boot.ts";
import { xidMeaning, xids } from "../../src/steps/nvidia/xid.ts";

function read<T>(probe: Probe<T>, stdout: string, code = 0): T {
  return probe.parse({ code, stdout, stderr: "" });
}

describe("the devices on the PCI bus", () => {
  it("are GPUs, NVSwitches and others by class and id", () => {
    const rows = [
      "0000:18:00.0|0x030200|0x2330|nvidia",
      "0000:18:00.1|0x040300|0x22ba|snd_hda_intel",
      "0000:07:00.0|0x068000|0x22a3|",
      "0000:01:00.0|0x030000|0x2684|vfio-pci",
      "10000:e1:00.0|0x030200|0x2901|",
      "end",
    ];
    expect(read(nvidiaPciDevices, rows.join("\n"))?.map(({ kind, driver }) => `${kind} ${driver}`)).toEqual([
      "gpu nvidia",
      "other snd_hda_intel",
      "nvswitch undefined",
      "gpu vfio-pci",
      "gpu undefined",
    ]);
  });

  it("are unknown where the answer was cut", () => {
    expect(read(nvidiaPciDevices, "0000:18:00.0|0x030200|0x2330|nvidia\n")).toBeUndefined();
    expect(read(nvidiaPciDevices, "end\n", 124)).toBeUndefined();
  });

  it.each([
    ["00000000:41:00.0", "0000:41:00.0"],
    ["0000:C1:00.0", "0000:c1:00.0"],
    ["0000:41:00", "0000:41:00.0"],
    ["00010000:E1:00.0", "10000:e1:00.0"],
    ["10000:e1:00.0", "10000:e1:00.0"],
    ["00000009:01:00.0", "0009:01:00.0"],
    ["41:00.0", undefined],
    ["", undefined],
  ])("have the address %s as %s", (text, address) => expect(pciAddress(text)).toBe(address));
});

describe("the kernel module", () => {
  it.each([
    [
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024",
      "470.256.02",
      "proprietary",
    ],
    ["NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (x)", "580.65.06", "open"],
    ["NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  570.86.10  Release Build", "570.86.10", "open"],
  ])("tells version and flavour: %s", (text, version, flavour) => {
    expect(read(loadedModule, `${text}\nGCC version:  gcc version 13.3.0\n`)).toEqual({ version, flavour });
  });

  it("is none, or makes no sense, but never a guess", () => {
    expect(read(loadedModule, "none\n")).toBe("none");
    expect(read(loadedModule, "")).toBeUndefined();
    expect(read(loadedModule, "NVRM version: something else\n")).toBeUndefined();
  });

  it("on disk tells its licence and who signed it", () => {
    const text =
      "version:        580.95.05\nlicense:        Dual MIT/GPL\nsigner:         gpu1 Secure Boot Module Signature key\n";
    expect(read(moduleOnDisk, text)).toEqual({
      version: "580.95.05",
      flavour: "open",
      signer: "gpu1 Secure Boot Module Signature key",
    });
    expect(read(moduleOnDisk, "version:        535.54.03\nlicense:        NVIDIA\n")).toEqual({
      version: "535.54.03",
      flavour: "proprietary",
      signer: undefined,
    });
    expect(read(moduleOnDisk, "", 1)).toBe("none");
  });

  it.each([
    ["580.95.05", 580],
    ["1:535.54.03-1", 535],
  ])("%s is of branch %i", (version, branch) => expect(branchOf(version)).toBe(branch));
});

describe("Secure Boot", () => {
  it.each([
    ["SecureBoot enabled\n", true],
    ["SecureBoot disabled\nPlatform is in Setup Mode\n", false],
    ["byte    1\n", true],
    ["byte    0\n", false],
    ["legacy\n", false],
    ["EFI variables are not supported on this system\nabsent\n", false],
    ["SecureBoot enabled\nSecureBoot validation is disabled in shim\n", false],
    ["SecureBoot disabled\nPlatform is in Setup Mode\n", false],
    ["shim-passes\nbyte    1\n", false],
    ["nonsense\n", undefined],
    ["", undefined],
  ])("%j means on: %s", (text, on) => expect(read(secureBoot, text)?.on).toBe(on));

  it("knows an enrolled key from one that is not", () => {
    const enrolled = "SecureBoot enabled\n/var/lib/shim-signed/mok/MOK.der is already enrolled\n";
    expect(read(secureBoot, enrolled)?.ownKeyEnrolled).toBe(true);
    expect(
      read(secureBoot, "SecureBoot enabled\n/var/lib/shim-signed/mok/MOK.der is not enrolled\n")?.ownKeyEnrolled,
    ).toBe(false);
  });
});

describe("nvidia-smi", () => {
  it.each([
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure", 9, "no-driver"],
    ["No devices were found", 6, "no-devices"],
    ["Unable to determine the device handle for GPU0000:41:00.0: Unknown Error", 15, "failed"],
    ["Segmentation fault", 139, "failed"],
    ["", 0, "failed"],
  ])("%j with %i is %s", (text, code, kind) => expect(read(nvidiaSmi, `${text}\n`, code).kind).toBe(kind));

  it("is missing where there is none", () => {
    expect(read(nvidiaSmi, "", 127)).toEqual({ kind: "missing" });
  });

  /** The one GPU that nvidia-smi tells of in these lines. */
  function gpuOf(...leaves: readonly string[]) {
    const value = read(
      nvidiaSmi,
      `<driver_version>580.1</driver_version>\n<gpu id="00010000:E1:00.0">\n<uuid>GPU-513536b6-7d19-9063-b049-1e69664bb298</uuid>\n${leaves.join("\n")}\n</gpu>\n`,
    );
    return value.kind === "answers" ? value.gpus[0] : undefined;
  }

  it.each([
    [["<clocks_event_reason_hw_slowdown>Active</clocks_event_reason_hw_slowdown>"], ["hardware"]],
    [["<clocks_throttle_reason_hw_slowdown>Active</clocks_throttle_reason_hw_slowdown>"], ["hardware"]],
    [
      [
        "<clocks_event_reason_hw_slowdown>Active</clocks_event_reason_hw_slowdown>",
        "<clocks_event_reason_hw_power_brake_slowdown>Active</clocks_event_reason_hw_power_brake_slowdown>",
      ],
      ["power brake"],
    ],
    [
      [
        "<clocks_throttle_reason_hw_thermal_slowdown>Active</clocks_throttle_reason_hw_thermal_slowdown>",
        "<clocks_throttle_reason_hw_power_brake_slowdown>Active</clocks_throttle_reason_hw_power_brake_slowdown>",
      ],
      ["heat", "power brake"],
    ],
    [["<clocks_event_reason_hw_slowdown>Not Active</clocks_event_reason_hw_slowdown>"], []],
    [[], []],
  ])("tells what slows a GPU down: %j", (leaves, slowed) => {
    expect(gpuOf(...leaves)?.slowed).toEqual(slowed);
  });

  it.each([
    ["<current_ecc>Enabled</current_ecc>", { ecc: true }],
    ["<current_ecc>Disabled</current_ecc>", { ecc: false }],
    ["<current_ecc>N/A</current_ecc>", { ecc: undefined }],
    ["<persistence_mode>Disabled</persistence_mode>", { persistence: false }],
    ["<gpu_temp>N/A</gpu_temp>", { temperature: undefined }],
    ["<gpu_temp>-5 C</gpu_temp>", { temperature: -5 }],
    ["<enforced_power_limit>299.50 W</enforced_power_limit>", { power: { limit: 299.5, standard: undefined } }],
    ["<power_limit>[Unknown Error]</power_limit>", { power: { limit: undefined, standard: undefined } }],
    ["<product_name>NVIDIA \u001b[31mL40S</product_name>", { address: "10000:e1:00.0" }],
    ["<pending_blacklist>Yes</pending_blacklist>", { retirementPending: true }],
    ["<remapped_row_failure>Yes</remapped_row_failure>", { remapFailed: true, retirementPending: false }],
    ["<reset_required>Yes</reset_required>", { resetRequired: true }],
  ])("reads %s", (leaf, expected) => {
    const gpu = gpuOf(leaf);
    expect(gpu).toMatchObject(expected);
    expect(gpu?.name).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    [["<sram_uncorrectable>2</sram_uncorrectable>", "<dram_uncorrectable>1</dram_uncorrectable>"], 3],
    [["<sram_uncorrectable_parity>4</sram_uncorrectable_parity>"], 4],
    [["<sram_uncorrectable_secded>5</sram_uncorrectable_secded>"], 5],
    [
      [
        "<sram_uncorrectable_parity>1</sram_uncorrectable_parity>",
        "<sram_uncorrectable_secded>2</sram_uncorrectable_secded>",
      ],
      3,
    ],
    [["<double_bit>", "<total>6</total>", "</double_bit>"], 6],
    [["<sram_uncorrectable_parity>N/A</sram_uncorrectable_parity>", "<dram_uncorrectable>N/A</dram_uncorrectable>"], 0],
    [
      [
        "</volatile>",
        "<aggregate>",
        "<sram_uncorrectable_parity>9</sram_uncorrectable_parity>",
        "</aggregate>",
        "<volatile>",
      ],
      0,
    ],
  ])("counts memory errors since the driver was loaded, as each driver tells them: %j", (leaves, count) => {
    expect(gpuOf("<volatile>", ...leaves, "</volatile>")?.uncorrected).toBe(count);
  });

  it("is asked for every leaf that is read", () => {
    const kept = /grep -E '([^']*)'/.exec(nvidiaSmi.sh.text)?.[1] ?? "";
    const leaves = [
      "sram_uncorrectable",
      "sram_uncorrectable_parity",
      "sram_uncorrectable_secded",
      "dram_uncorrectable",
    ];
    for (const leaf of leaves) expect(`<${leaf}>1</${leaf}>`).toMatch(new RegExp(kept));
    for (const leaf of ["sram_correctable", "sram_uncorrectable_l2", "uuidx", "fan_speed"])
      expect(`<${leaf}>1</${leaf}>`).not.toMatch(new RegExp(kept));
  });

  it("takes no GPU without a UUID that is one, and no address that is none", () => {
    const with_ = (id: string, uuid: string): string =>
      `<driver_version>580.1</driver_version>\n<gpu id="${id}">\n<uuid>${uuid}</uuid>\n</gpu>\n`;
    const gpus = (text: string): number => {
      const value = read(nvidiaSmi, text);
      return value.kind === "answers" ? value.gpus.length : -1;
    };
    expect(gpus(with_("00000000:01:00.0", "GPU-513536b6-7d19-9063-b049-1e69664bb298"))).toBe(1);
    expect(gpus(with_("00000000:01:00.0", "$(reboot)"))).toBe(0);
    expect(gpus(with_("nowhere", "GPU-513536b6-7d19-9063-b049-1e69664bb298"))).toBe(0);
  });
});

describe("the kernel's log", () => {
  it("gives Xids with their GPU, in both spellings of its address", () => {
    const text = [
      "NVRM: Xid (PCI:0000:41:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
      "NVRM: Xid (PCI:0000:C1:00.0): 13, Graphics SM Warp Exception",
      "NVRM: something else",
    ].join("\n");
    expect(read(xids, text)).toEqual([
      { address: "0000:41:00.0", number: 79, text: "pid='<unknown>', name=<unknown>, GPU has fallen off the bus." },
      { address: "0000:c1:00.0", number: 13, text: "Graphics SM Warp Exception" },
    ]);
  });

  it("is bounded, however long it is", () => {
    const one = "NVRM: Xid (PCI:0000:41:00): 94, x\n";
    expect(read(xids, one.repeat(5000))).toHaveLength(50);
  });

  it("tells a GPU's errors from those that programs make", () => {
    expect(xidMeaning(79)).toContain("off the bus");
    expect([13, 31, 43, 45].map(xidMeaning)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
