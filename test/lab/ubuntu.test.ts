import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab } from "../../src/lab/lab.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";

/** A host that passes for Ubuntu 24.04: what it says of itself is Ubuntu's, its packages are Debian's. */
const why = await unsupportedHere();
const place = { home: "/var/lib/drover-lab-ubuntu", bridge: "drover5", net: "10.82.0", prefix: "u" };
const settings = { ...defaultSettings(process.env), ...place, os: "ubuntu" } as const;
const lab = createLab({ env: process.env, say: () => undefined, ...settings });
const folder = join(settings.home, "operator");
const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

async function onHost(script: string): Promise<string> {
  return (await execa("ssh", [...lab.sshArgs(1), script])).stdout;
}

async function drover(...args: readonly string[]) {
  const inventory = ["-i", join(folder, "inventory.yaml")];
  return await execa(process.execPath, [main, ...args, ...inventory], { cwd: folder, reject: false, stdin: "ignore" });
}

describe.skipIf(why !== undefined)(
  `a practice host with Ubuntu's looks${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await lab.down();
      await mkdir(folder, { recursive: true });
      await lab.up(1, join(folder, "inventory.yaml"));
    });
    afterAll(async () => {
      await lab.down();
      await rm(settings.home, { recursive: true, force: true });
    });

    it("says that it is Ubuntu 24.04, also after a reboot, and no unit has failed", async () => {
      const ask =
        "lsb_release -is; . /etc/os-release; echo $ID $VERSION_ID $VERSION_CODENAME; systemctl --failed --no-legend --plain";
      expect(await onHost(ask)).toBe("Ubuntu\nubuntu 24.04 noble");
      await lab.reboot(1);
      expect(await onHost(ask)).toBe("Ubuntu\nubuntu 24.04 noble");
    });

    it("is prepared by Drover as any Ubuntu is, and then has nothing left to do", async () => {
      const plan = await drover("plan", "--exit-code", "--only", "os");
      expect([plan.exitCode, plan.stderr]).toEqual([2, ""]);
      expect((await drover("up", "--yes", "--only", "os")).exitCode).toBe(0);
      expect((await drover("plan", "--exit-code", "--only", "os")).exitCode).toBe(0);
    });
  },
);
