import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab } from "../../src/lab/lab.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { testFolder } from "../test-folder.ts";
import { buildStandInCuda, type Fault, standInList, standInUuid } from "../unit/support/stand-in-gpus.ts";

/**
 * Practice hosts have no GPU. g1 is left as it is; on g2 stand-ins lie in the driver's place: devices on a PCI bus of files,
 * a loaded module's version, modinfo, nvidia-smi, and a libcuda that runs the proof's own PTX. What is not NVIDIA's (ssh,
 * sudo, systemd, apt, python3) is real.
 */
const why = await unsupportedHere();
const place = { home: "/var/lib/drover-lab-gpu", bridge: "drover28", net: "10.128.0", prefix: "g" };
const settings = { ...defaultSettings(process.env), ...place };
const lab = createLab({ env: process.env, say: () => undefined, ...settings });
const folder = join(settings.home, "operator");
const inventory = join(folder, "inventory.yaml");
const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
const standIns = resolve(import.meta.dirname, "../stand-ins/gpu");

/** Drover as a program; what it says on stderr as one line, however it is wrapped. */
async function drover(...args: readonly string[]) {
  const words = [main, ...args, "-i", inventory];
  const done = await execa(process.execPath, words, { cwd: folder, reject: false, stdin: "ignore" });
  return { exitCode: done.exitCode, stdout: done.stdout, stderr: done.stderr.replace(/\s+/g, " ") };
}

async function onHost(i: number, script: string, input: string | Uint8Array = ""): Promise<string> {
  const words = ["-o", "BatchMode=yes", ...lab.sshArgs(i), `sudo -n /bin/sh -c '${script}'`];
  return (await execa("ssh", words, { input })).stdout;
}

/** Puts the stand-ins in place on g2, with one L40S per fault. */
async function installStandIns(faults: readonly Fault[]): Promise<void> {
  const built = testFolder("libcuda");
  buildStandInCuda(built);
  const cuda = await readFile(join(built, "libcuda.so.1"));
  await onHost(2, "cat >/usr/local/lib/libcuda.so.1 && ldconfig", cuda);
  const smi = await readFile(join(standIns, "nvidia-smi"));
  await onHost(2, "cat >/usr/local/bin/nvidia-smi && chmod 755 /usr/local/bin/nvidia-smi", smi);
  const modinfo = '#!/bin/sh\n# A stand-in.\nprintf "version:        580.95.05\\nlicense:        Dual MIT/GPL\\n"\n';
  await onHost(2, "cat >/usr/local/bin/modinfo && chmod 755 /usr/local/bin/modinfo", modinfo);
  const version = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (stand-in)\n";
  await onHost(
    2,
    "mount -t tmpfs stand-in /proc/driver && mkdir /proc/driver/nvidia && cat >/proc/driver/nvidia/version",
    version,
  );
  await setGpus(faults);
}

/** The GPUs of g2 from now on: on its bus of files, in nvidia-smi, in libcuda. */
async function setGpus(faults: readonly Fault[]): Promise<void> {
  const list = standInList(faults);
  await onHost(2, "cat >/etc/drover-stand-in-gpus", list);
  const script = `umount /sys/bus/pci/devices 2>/dev/null; mount -t tmpfs stand-in /sys/bus/pci/devices && cd /sys/bus/pci/devices
while read -r uuid address fault; do
  mkdir $address; echo 0x10de >$address/vendor; echo 0x030200 >$address/class; echo 0x26b9 >$address/device; ln -s ../nvidia $address/driver
done </etc/drover-stand-in-gpus`;
  await onHost(2, script);
}

async function setInventory(change: (text: string) => string): Promise<void> {
  await writeFile(inventory, change(await readFile(inventory, "utf8")));
}

interface Row {
  readonly address: string;
  readonly host?: { readonly ok: boolean; readonly error?: string };
}

async function tested(): Promise<{
  readonly code: number | undefined;
  readonly rows: readonly Row[];
  readonly said: string;
}> {
  const done = await drover("gpu", "test", "--hosts", "g2", "--seconds", "0.2", "--json");
  const { hosts } = JSON.parse(done.stdout) as { hosts: readonly { gpus: readonly Row[] }[] };
  return { code: done.exitCode, rows: hosts[0]?.gpus ?? [], said: done.stdout };
}

describe.skipIf(why !== undefined)(
  `GPU hosts, with stand-ins for what is NVIDIA's${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await lab.down();
      await mkdir(folder, { recursive: true });
      await lab.up(2, inventory);
      await setInventory(
        (text) =>
          `${text.replaceAll(/(name: "g[12]",)/g, "$1 gpu: true,")}\ngpu: { driver: { source: none }, toolkit: { source: none } }\n`,
      );
    });
    afterAll(async () => {
      await lab.down();
      await rm(settings.home, { recursive: true, force: true });
    });

    it("without a card are told so before anything is done", async () => {
      const up = await drover("up", "--yes", "--only", "nvidia", "--hosts", "g1");
      expect(up.exitCode).toBe(1);
      expect(up.stderr).toContain("gpu/none-found");
      expect(up.stderr).toContain("the host has no NVIDIA GPU on its PCI bus");
    });

    it("with a driver that works keep it; each GPU runs the proof's kernels once, and then there is nothing to do", async () => {
      await installStandIns(["none", "none"]);
      const up = await drover("up", "--yes", "--only", "nvidia-load,nvidia-ready", "--hosts", "g2");
      expect([up.exitCode, up.stderr]).toEqual([0, ""]);
      expect(up.stdout).toContain("Each of the 2 GPUs has run a CUDA kernel");
      expect(await onHost(2, "cat /var/lib/drover/gpu-proof")).toBe(`580.95.05\n${standInUuid(0)}\n${standInUuid(1)}`);
      const again = await drover("plan", "--exit-code", "--only", "nvidia-load,nvidia-ready", "--hosts", "g2");
      expect(again.exitCode).toBe(0);
    });

    it("have a row for each GPU when they are tested, and leave nothing behind", async () => {
      const before = await onHost(2, "ls /tmp | grep -v ^systemd-private || true");
      const { code, rows } = await tested();
      expect([code, rows.map((row) => row.host?.ok)]).toEqual([0, [true, true]]);
      expect(await onHost(2, "ls /tmp | grep -v ^systemd-private || true")).toBe(before);
    });

    it("name by its PCI address the GPU that computes wrongly, and the one that the driver lost", async () => {
      await setGpus(["none", "wrong", "lost"]);
      const { code, rows, said } = await tested();
      expect(code).toBe(1);
      expect(rows.map((row) => [row.address, row.host?.ok])).toEqual([
        ["0000:41:00.0", true],
        ["0000:42:00.0", false],
        ["0000:43:00.0", false],
      ]);
      expect(rows[1]?.host?.error).toContain("threads computed wrongly");
      expect(said).toContain("GPUs are missing: 3 on the PCI bus, 2 with the driver");
      const text = await drover("gpu", "test", "--hosts", "g2", "--seconds", "0.2");
      expect(text.stdout).toContain("0000:42:00.0  FAILED");
    });

    it("fail `up` where a new GPU does not pass, with its address; nothing is recorded as proven", async () => {
      await setGpus(["none", "slow"]);
      await onHost(2, "rm /var/lib/drover/gpu-proof");
      const up = await drover("up", "--yes", "--only", "nvidia-ready", "--hosts", "g2");
      expect(up.exitCode).toBe(1);
      expect(up.stderr).toContain("gpu/proof-failed");
      expect(up.stderr).toContain("The GPU 0000:42:00.0 failed its proof: it does 100.0 GB/s of memory bandwidth");
      await expect(onHost(2, "cat /var/lib/drover/gpu-proof")).rejects.toThrow("No such file");
    });

    it("without a driver in their package sources say what the sources lack", async () => {
      await onHost(2, "umount /proc/driver; rm /usr/local/bin/modinfo /usr/local/bin/nvidia-smi");
      await setInventory((text) =>
        text.replace("driver: { source: none }, toolkit: { source: none }", "driver: { source: distribution }"),
      );
      const up = await drover("up", "--yes", "--only", "nvidia", "--hosts", "g2");
      expect(up.exitCode).toBe(1);
      expect(up.stderr).toContain("The host's package sources have no NVIDIA driver of the wanted version");
      expect(up.stderr).toContain("contrib non-free non-free-firmware");
    });
  },
);
