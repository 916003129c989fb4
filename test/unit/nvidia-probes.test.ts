import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Probe, Result } from "../../src/core/probe.ts";
import { branchOf, loadedModule, moduleOnDisk } from "../../src/steps/nvidia/kernel-module.ts";
import { kernels } from "../../src/steps/nvidia/kernels.ts";
import { nvidiaSmi } from "../../src/steps/nvidia/nvidia-smi.ts";
import { nvidiaPciDevices, pciAddress } from "../../src/steps/nvidia/pci-devices.ts";
import { secureBoot } from "../../src/steps/nvidia/secure-boot.ts";
import { xidMeaning, xids } from "../../src/steps/nvidia/xid.ts";
import { testFolder } from "../test-folder.ts";

function read<T>(probe: Probe<T>, stdout: string, code = 0): T {
  return probe.parse({ code, stdout, stderr: "" });
}

/** Runs a probe's own shell text with doubles of programs first in PATH. */
function ask<T>(
  probe: Probe<T>,
  doubles: Readonly<Record<string, string>>,
): { readonly value: T; readonly answer: Result } {
  const bin = testFolder("nvidia");
  for (const [name, text] of Object.entries(doubles)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}`, LC_ALL: "C" };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", probe.sh.text], { encoding: "utf8", env });
  const answer = { code: status ?? 1, stdout, stderr };
  return { value: probe.parse(answer), answer };
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

describe("the kernels of this very machine", () => {
  it("are told with the running one", () => {
    const { value } = ask(kernels, {});
    expect(value?.running).toBe(spawnSync("uname", ["-r"], { encoding: "utf8" }).stdout.trim());
    expect(["x86_64", "aarch64"]).toContain(value?.arch);
  });
});

/** In the shape of what drivers 535 to 580 print; written by hand. */
const xml = `<?xml version="1.0" ?>
<nvidia_smi_log>
	<timestamp>Fri Aug  4 11:44:30 2025</timestamp>
	<driver_version>580.95.05</driver_version>
	<attached_gpus>1</attached_gpus>
	<gpu id="00000000:01:00.0">
		<product_name>NVIDIA A100-SXM4-80GB</product_name>
		<persistence_mode>Disabled</persistence_mode>
		<mig_mode>
			<current_mig>Enabled</current_mig>
		</mig_mode>
		<mig_devices>
			<mig_device>
				<index>0</index>
				<uuid>MIG-11111111-2222-3333-4444-555555555555</uuid>
				<fb_memory_usage>
					<total>19968 MiB</total>
				</fb_memory_usage>
			</mig_device>
		</mig_devices>
		<uuid>GPU-513536b6-7d19-9063-b049-1e69664bb298</uuid>
		<pci>
			<pci_gpu_link_info>
				<pcie_gen>
					<max_link_gen>3</max_link_gen>
					<current_link_gen>1</current_link_gen>
					<max_device_link_gen>4</max_device_link_gen>
				</pcie_gen>
				<link_widths>
					<max_link_width>16x</max_link_width>
					<current_link_width>8x</current_link_width>
				</link_widths>
			</pci_gpu_link_info>
		</pci>
		<clocks_event_reasons>
			<clocks_event_reason_hw_slowdown>Active</clocks_event_reason_hw_slowdown>
			<clocks_event_reason_hw_thermal_slowdown>Active</clocks_event_reason_hw_thermal_slowdown>
			<clocks_event_reason_hw_power_brake_slowdown>Not Active</clocks_event_reason_hw_power_brake_slowdown>
		</clocks_event_reasons>
		<fb_memory_usage>
			<total>81920 MiB</total>
			<used>50 MiB</used>
		</fb_memory_usage>
		<bar1_memory_usage>
			<total>131072 MiB</total>
		</bar1_memory_usage>
		<ecc_mode>
			<current_ecc>Enabled</current_ecc>
		</ecc_mode>
		<ecc_errors>
			<volatile>
				<sram_uncorrectable>0</sram_uncorrectable>
				<dram_uncorrectable>2</dram_uncorrectable>
			</volatile>
			<aggregate>
				<dram_uncorrectable>9</dram_uncorrectable>
			</aggregate>
		</ecc_errors>
		<retired_pages>
			<pending_retirement>N/A</pending_retirement>
		</retired_pages>
		<remapped_rows>
			<remapped_row_pending>Yes</remapped_row_pending>
			<remapped_row_failure>No</remapped_row_failure>
		</remapped_rows>
		<temperature>
			<gpu_temp>27 C</gpu_temp>
		</temperature>
		<gpu_power_readings>
			<current_power_limit>300.00 W</current_power_limit>
			<default_power_limit>500.00 W</default_power_limit>
		</gpu_power_readings>
		<module_power_readings>
			<current_power_limit>N/A</current_power_limit>
		</module_power_readings>
		<fabric>
			<state>In Progress</state>
		</fabric>
		<supported_clocks>
			<supported_mem_clock>
				<value>1593 MHz</value>
			</supported_mem_clock>
		</supported_clocks>
	</gpu>
</nvidia_smi_log>`;

const printsXml = `[ "$*" = "-q -x" ] || exit 2\ncat <<'XML'\n${xml}\nXML\n`;

describe("nvidia-smi", () => {
  it("tells all that is read of a GPU, MIG instances apart", () => {
    const { value } = ask(nvidiaSmi, { "nvidia-smi": printsXml });
    expect(value).toEqual({
      kind: "answers",
      driverVersion: "580.95.05",
      gpus: [
        {
          address: "0000:01:00.0",
          uuid: "GPU-513536b6-7d19-9063-b049-1e69664bb298",
          name: "NVIDIA A100-SXM4-80GB",
          memoryMiB: 81920,
          persistence: false,
          mig: true,
          ecc: true,
          uncorrected: 2,
          retirementPending: true,
          remapFailed: false,
          link: { width: 8, maxWidth: 16, generation: 3, maxGeneration: 4 },
          temperature: 27,
          power: { limit: 300, standard: 500 },
          slowed: ["heat"],
          resetRequired: false,
          fabric: "In Progress",
        },
      ],
    });
  });

  it("has what nobody reads cut away on the host", () => {
    const { answer } = ask(nvidiaSmi, { "nvidia-smi": printsXml });
    expect(answer.stdout).not.toMatch(/supported|timestamp|used|product_brand/);
    expect(answer.stdout.split("\n").length).toBeLessThan(xml.split("\n").length / 1.5);
  });

  it("keeps its own exit code and first words where it fails", () => {
    const script =
      "echo 'Failed to initialize NVML: Driver/library version mismatch'; echo 'NVML library version: 580.95'; exit 18\n";
    const { value, answer } = ask(nvidiaSmi, { "nvidia-smi": script });
    expect(answer.code).toBe(18);
    expect(value).toEqual({ kind: "mismatch", library: "580.95" });
  });

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
