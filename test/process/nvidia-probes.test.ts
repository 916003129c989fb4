import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Probe, Result } from "../../src/core/probe.ts";
import { kernels } from "../../src/steps/nvidia/kernels.ts";
import { nvidiaSmi } from "../../src/steps/nvidia/nvidia-smi.ts";
import { testFolder } from "../test-folder.ts";

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
});
