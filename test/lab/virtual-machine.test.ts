import type { Socket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gateway } from "../../src/lab/settings.ts";
import { flat, startDrover } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";
import { VirtualMachine } from "./virtual-machine.ts";

/**
 * One whole machine, for what practice hosts share with the machine around them: swap of all kinds, cgroups of version 2, modules
 * that are loaded, its clock, the reset button, and boots from firmware to login. Its processors are calculated, so all is slow.
 */
const why = await leftOutHere();
const place = new VirtualMachine({
  home: "/var/lib/drover-lab-machine",
  bridge: "drover66",
  net: "10.166.0",
  prefix: "m",
});
const prepared = ["--only", "os"] as const;
const docker = ["--only", "docker,docker-ready"] as const;
/** A boot takes two minutes where two other programs want the processors too. */
const patience = ["--wait", "1200"] as const;

/** A test may take so long in ms where others want the processors too; where nobody does, a tenth of it. */
const slow = { timeout: 60 * 60_000 };

const swaps = "sed 1d /proc/swaps | cut -d ' ' -f 1 | sort";
/** Whether the kernel has these modules, and what of the settings is in force. */
const kernel = "ls -d /sys/module/br_netfilter /sys/module/overlay 2>/dev/null; sysctl -n net.ipv4.ip_forward";

async function nothingToDo(...only: readonly string[]): Promise<void> {
  const { code, stdout } = await place.drover("plan", "--exit-code", ...only, ...patience);
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
}

let timeServer: Socket;
let fstab = "";

describe.skipIf(why !== undefined)(`a whole machine${why === undefined ? "" : ` (left out: ${why})`}`, slow, () => {
  beforeAll(async () => {
    await place.boot();
    timeServer = await place.serveTime();
    const inventory = readFileSync(place.inventory, "utf8").replace("ssh: {", "ssh: { keepAliveSeconds: 30,");
    writeFileSync(place.inventory, `${inventory}time: { servers: ["${gateway(place.settings)}"] }\n`);
    await place.onHost(
      1,
      "dd if=/dev/zero of=/swapfile bs=1M count=64 status=none; chmod 600 /swapfile; mkswap -q /swapfile; swapon -a",
    );
    fstab = await place.onHost(1, "stat -c '%a %u:%g %y' /etc/fstab; cat /etc/fstab");
  });
  afterAll(async () => {
    timeServer?.close();
    await place.remove();
  });

  it("is known to have cgroups of version 2, modules on its disk, and swap now and at boot", async () => {
    const { code, stdout } = await place.drover("facts", "--json");
    expect(code).toBe(0);
    const { kernel, swap } = JSON.parse(stdout).hosts[0].facts;
    expect(kernel).toMatchObject({ cgroup: 2, modules: { br_netfilter: "available", overlay: "available" } });
    expect(kernel.controllers).toEqual(expect.arrayContaining(["cpu", "cpuset", "memory", "pids"]));
    expect(swap.active.map(({ name }: { name: string }) => name).sort()).toEqual([
      "/dev/vda2",
      "/dev/zram0",
      "/swapfile",
    ]);
    expect(swap.atBoot.join("\n")).toMatch(
      /^\/etc\/fstab: UUID=.*\n.*\/swapfile.*\ndev-zram0\.swap\n\/dev\/vda2 by its/,
    );
  });

  it("is told by plan what would swap: a partition by UUID and by its type, a file, memory; nothing is changed", async () => {
    const text = flat((await place.drover("plan", ...prepared)).stdout);
    for (const words of [
      "swap.target stays off, so that /dev/vda2 is not found at boot",
      "# swap was on /dev/vda2 during installation -UUID=",
      "+# drover: swap off # UUID=",
      "+# drover: swap off # /swapfile none swap sw,pri=1 0 0",
      "dev-zram0.swap stays off, so that no swap is made in memory",
      "Nothing is swapped any more to",
      "The kernel has loaded br_netfilter, overlay",
      `The clock follows ${gateway(place.settings)}`,
    ]) {
      expect(text).toContain(words);
    }
    expect(await place.onHost(1, swaps)).toBe("/dev/vda2\n/dev/zram0\n/swapfile");
    expect(await place.onHost(1, kernel)).toBe("0");
  });

  it("keeps what Drover knows of it when somebody presses reset in the middle of up; the next up finishes the work", async () => {
    // The kernel may wait as long as it likes before it writes what nobody asks it to write.
    await place.onHost(1, "sysctl -qw vm.dirty_writeback_centisecs=0 vm.dirty_expire_centisecs=600000");
    const run = startDrover(place, ["up", "--yes", ...prepared]);
    await run.when((event) => event.kind === "change-started" && event.step === "os/dns");
    await place.pressReset();
    await run.ended;
    expect((await place.drover("up", "--yes", ...prepared, ...patience)).code).toBe(0);
    const kept = "cd /var/lib/drover; find . -type f -empty ! -name '*absent'; cat backup/%2Fetc%2Ffstab";
    expect(await place.onHost(1, kept)).toBe(fstab.replace(/^.*\n/, ""));
  });

  it("has no swap after a boot, for which Drover waits, but the modules, the settings, and a clock in step", async () => {
    // What was written last may be an older file again after a reset: here it is the boot that counts.
    await place.onHost(1, "sync");
    await place.pressReset();
    await nothingToDo(...prepared);
    expect(await place.onHost(1, swaps)).toBe("");
    expect(await place.onHost(1, kernel)).toBe("/sys/module/br_netfilter\n/sys/module/overlay\n1");
    expect(await place.onHost(1, "timedatectl show -p NTPSynchronized --value; uname -n")).toBe("yes\nm1");
  });

  it("gets Docker though somebody presses reset while its packages are set up, and runs containers in cgroups of version 2", async () => {
    const run = startDrover(place, ["up", "--yes", ...docker]);
    await run.when((event) => event.kind === "progress" && event.phase === "setting up packages");
    await place.pressReset();
    await run.ended;
    expect((await place.drover("up", "--yes", ...docker, ...patience)).code).toBe(0);
    await place.reboot();
    await nothingToDo("--only", "os,docker,docker-ready");
    const info =
      "docker info -f '{{.CgroupVersion}} {{.CgroupDriver}} {{.Driver}}'; dpkg --audit; ls /var/lib/drover/container-proof";
    expect(await place.onHost(1, info)).toBe("2 systemd overlay2\n/var/lib/drover/container-proof");
  });

  it("gets everything back by reset: fstab to the byte, and all its swap, at once and after a boot", async () => {
    expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
    for (const reboot of [false, true]) {
      if (reboot) await place.reboot();
      expect(await place.onHost(1, "stat -c '%a %u:%g %y' /etc/fstab; cat /etc/fstab")).toBe(fstab);
      expect(await place.onHost(1, swaps)).toBe("/dev/vda2\n/dev/zram0\n/swapfile");
      expect(await place.onHost(1, "systemctl is-enabled swap.target")).toBe("static");
    }
    expect(await place.onHost(1, kernel)).toBe("0");
  });
});
