import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tryCommand } from "../../src/lab/command.ts";
import { daemonPid } from "../../src/lab/daemon.ts";
import { createLab } from "../../src/lab/lab.ts";
import { refusedPackets } from "../../src/lab/network.ts";
import { services } from "../../src/lab/services.ts";
import { defaultSettings, type LabSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";

/** A second lab, so that the ordinary one may run meanwhile. */
const settings: LabSettings = {
  ...defaultSettings(process.env),
  home: "/var/lib/drover-lab-test",
  bridge: "drover9",
  net: "10.79.0",
  prefix: "t",
};
const said: string[] = [];
const lab = createLab({ env: process.env, say: (line) => said.push(line), ...settings });
const inventory = join(settings.cache, "lab", "test.inventory.yaml");

async function onHost(i: number, script: string, timeoutMs = 60_000) {
  return tryCommand("ssh", ["-o", "BatchMode=yes", ...lab.sshArgs(i), script], { timeoutMs });
}

const why = await unsupportedHere();
const kernelBefore = await readFile("/proc/sys/fs/inotify/max_user_watches", "utf8").catch(() => "");

describe.skipIf(why !== undefined)(`practice hosts${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await lab.down();
    await lab.up(2, inventory);
  });

  afterAll(async () => {
    await lab.down();
    await rm(inventory, { force: true });
  });

  test("hosts answer ssh under their pinned keys, and their user may do everything", async () => {
    for (const i of [1, 2]) {
      const said = await onHost(i, "hostname; whoami; sudo -n id -u");
      expect(said.stdout.split("\n")).toEqual([`t${i}`, "ubuntu", "0"]);
    }
  });

  test("a host with another key than the pinned one is refused", async () => {
    const args = lab.sshArgs(1).map((word) => word.replace("10.79.0.11", "10.79.0.12"));
    const swapped = await tryCommand("ssh", ["-o", "HostKeyAlias=10.79.0.11", ...args, "true"]);
    expect(swapped.exitCode).toBe(255);
    expect(swapped.stderr).toMatch(/verification failed|identification has changed/i);
  });

  test("the inventory names both hosts with the keys that they show", async () => {
    const text = await readFile(inventory, "utf8");
    for (const i of [1, 2]) {
      const key = (await onHost(i, "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")).stdout.trim();
      expect(text).toContain(`name: "t${i}", address: "10.79.0.${10 + i}"`);
      expect(text).toContain(`hostKey: "${key}"`);
    }
  });

  test("a second up changes nothing, starts nothing anew and has nothing to say", async () => {
    const ask = async () => [
      ...(await Promise.all([1, 2].map((i) => onHost(i, "cat /proc/sys/kernel/random/boot_id")))),
      ...(await Promise.all(services(settings).map(daemonPid))),
    ];
    const before = await ask();
    said.length = 0;
    await lab.up(2);
    expect(said).toEqual([]);
    expect(await ask()).toEqual(before);
    expect(before).not.toContain(undefined);
  });

  test("each host is a machine of its own: another machine-id, another product UUID", async () => {
    const ask = "cat /etc/machine-id; sudo cat /sys/class/dmi/id/product_uuid";
    const [one, two] = await Promise.all([onHost(1, ask), onHost(2, ask)]);
    const lines = [...one.stdout.trim().split("\n"), ...two.stdout.trim().split("\n")];
    expect(new Set(lines).size).toBe(4);
  });

  test("a fresh host leaves Drover something to do, and no unit has failed", async () => {
    const fresh = await onHost(1, "grep swap /etc/fstab; ls /usr/bin/docker; systemctl --failed --no-legend --plain");
    expect(fresh.stdout).toContain("/swapfile none swap");
    expect(fresh.stderr).toContain("/usr/bin/docker");
    expect(fresh.stdout).not.toContain(".service");
  });

  test("modprobe finds modules that the kernel has built in, and no others", async () => {
    expect((await onHost(1, "sudo modprobe br_netfilter && sudo modprobe overlay")).exitCode).toBe(0);
    expect((await onHost(1, "sudo modprobe no_such_module")).exitCode).not.toBe(0);
  });

  test("apt works through the cache on the bridge", async () => {
    const update = await onHost(1, "sudo apt-get update -q 2>&1 | tail -3; apt-cache policy docker.io", 600_000);
    expect(update.stdout).not.toMatch(/^(Err|W|E):/m);
    expect(update.stdout).toMatch(/Candidate: \d/);
  });

  test("the resolver knows the hosts and the registry, and says at once that there is nobody else", async () => {
    const names = await onHost(1, "getent ahostsv4 t2.lab | head -1; getent ahostsv4 registry.lab | head -1");
    expect(names.stdout).toMatch(/^10\.79\.0\.12 .*\n10\.79\.0\.1 /);
    expect((await onHost(1, "getent hosts deb.debian.org; echo $?")).stdout.trim()).toBe("2");
    // An answer, and not that nobody answered.
    const told = await onHost(1, "resolvectl query deb.debian.org 2>&1 || true");
    expect(told.stdout).toContain("'deb.debian.org' not found");
  });

  test("the registry answers on the bridge", async () => {
    const answer = await onHost(1, "curl -s -o /dev/null -w '%{http_code}' http://10.79.0.1:5000/v2/");
    expect(answer.stdout).toBe("200");
  });

  test("no packet for a foreign address leaves the bridge", async () => {
    const before = await refusedPackets(settings);
    const sent = await uplinkPackets("192.0.2.77");
    for (const target of ["192.0.2.77:80", "10.43.0.1:443", "1.1.1.1:53"]) {
      const [address, port] = target.split(":");
      const tried = await onHost(1, `nc -w 3 ${address} ${port} </dev/null; echo $?`);
      expect(tried.stdout.trim()).toBe("1");
    }
    expect(await refusedPackets(settings)).toBeGreaterThanOrEqual(before + 3);
    expect(await uplinkPackets("192.0.2.77")).toBe(sent);
  });

  test("a host reaches nothing on the outer machine but the services of its lab", async () => {
    const tried = await onHost(
      1,
      "nc -w 3 10.79.0.1 22 </dev/null; echo $?; nc -w 3 10.77.0.1 5000 </dev/null; echo $?",
    );
    expect(tried.stdout).toBe("1\n1");
  });

  test("the daemons of a lab hold no lock: the lock file is free while they run", async () => {
    const free = await tryCommand("flock", ["-n", `/run/drover-lab/${settings.bridge}.lock`, "true"]);
    expect(free.exitCode).toBe(0);
  });

  test("another lab on the same bridge is refused, and can neither start nor remove these hosts", async () => {
    const other = createLab({ env: process.env, say: () => undefined, ...settings, home: "/var/lib/drover-lab-other" });
    const before = await onHost(1, "cat /proc/sys/kernel/random/boot_id");
    for (const refused of [() => other.up(1), () => other.down(), () => other.kill(1)]) {
      await expect(refused()).rejects.toMatchObject({
        code: "lab/taken",
        message: expect.stringContaining(settings.home),
      });
    }
    expect(await stat("/var/lib/drover-lab-other").catch(() => "not made")).toBe("not made");
    expect((await onHost(1, "cat /proc/sys/kernel/random/boot_id")).stdout).toBe(before.stdout);
  });

  test("a reboot is one: another boot id, and the host answers again", async () => {
    const before = await onHost(
      2,
      "cat /proc/sys/kernel/random/boot_id; touch /root-less 2>/dev/null; sudo touch /kept",
    );
    await lab.reboot(2);
    const after = await onHost(2, "cat /proc/sys/kernel/random/boot_id; ls /kept");
    expect(after.stdout.split("\n")[0]).not.toBe(before.stdout.trim());
    expect(after.stdout).toContain("/kept");
  });

  test("a host that reboots itself comes back", async () => {
    const before = (await onHost(2, "cat /proc/sys/kernel/random/boot_id")).stdout;
    await onHost(2, "sudo systemctl reboot");
    await expect
      .poll(async () => (await onHost(2, "cat /proc/sys/kernel/random/boot_id", 8000)).stdout || before, {
        timeout: 600_000,
      })
      .not.toBe(before);
  });

  test("a pulled cable stays out until it is plugged in", async () => {
    await lab.cut(2);
    expect((await lab.status()).hosts[1]).toEqual({
      name: "t2",
      address: "10.79.0.12",
      on: true,
      ssh: false,
      cut: true,
    });
    await lab.heal(2);
    await expect.poll(async () => (await onHost(2, "echo here")).stdout, { timeout: 120_000 }).toContain("here");
  });

  test("a host that lost its power is off, keeps its disk, and up brings it back", async () => {
    await lab.kill(2);
    expect((await lab.status()).hosts[1]).toMatchObject({ on: false, ssh: false });
    await expect(lab.reboot(2)).rejects.toMatchObject({ code: "lab/not-running" });
    await lab.up(2);
    expect((await onHost(2, "ls /kept")).stdout).toContain("/kept");
  });

  test("down leaves nothing behind, and puts the kernel's settings back", async () => {
    await lab.down();
    expect(await readdir("/sys/class/net")).not.toContain("drover9");
    expect((await readdir("/run/netns").catch(() => [])).filter((name) => name.startsWith("drover9"))).toEqual([]);
    expect((await readFile("/proc/self/mounts", "utf8")).includes(settings.home)).toBe(false);
    expect(await processesNaming(settings.home)).toEqual([]);
    expect((await tryCommand("nft", ["list", "table", "inet", "lab_drover9"])).exitCode).not.toBe(0);
    expect(await stat(settings.home).catch(() => "gone")).toBe("gone");
    expect(await stat("/sys/fs/cgroup/pids/drover9").catch(() => "gone")).toBe("gone");
    const others = await readdir("/run/drover-lab/labs");
    expect(others).not.toContain(settings.bridge);
    if (others.length === 0) {
      const now = await readFile("/proc/sys/fs/inotify/max_user_watches", "utf8");
      expect(now).toBe(kernelBefore);
    }
  });
});

/** How many packets to an address went out of this machine, as a counter in the kernel's own path sees it. */
async function uplinkPackets(address: string): Promise<number> {
  const table = `add table inet lab_test_watch
    add counter inet lab_test_watch out
    add chain inet lab_test_watch post { type filter hook postrouting priority 200; }
    flush chain inet lab_test_watch post
    add rule inet lab_test_watch post ip daddr ${address} counter name out
  `;
  await tryCommand("nft", ["-f", "-"], { input: table });
  const answer = await tryCommand("nft", ["list", "counter", "inet", "lab_test_watch", "out"]);
  return Number(/packets (\d+)/.exec(answer.stdout)?.[1]);
}

/** The command lines that name a folder. */
async function processesNaming(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(`${folder}/`) || line.includes(`${folder}\0`));
}

afterAll(async () => {
  if (why === undefined) await tryCommand("nft", ["delete", "table", "inet", "lab_test_watch"]);
});
