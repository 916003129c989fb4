import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { PracticeCluster } from "./practice-cluster.ts";

/** One practice host, put wrong in one way after the other: each gives its code, the host, a remedy, and changes nothing. */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-bad", bridge: "drover6", net: "10.81.0", prefix: "b" },
  1,
);
let inventory = "";

const fingerprint =
  "find /etc /usr/local /var/lib/dpkg -xdev -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum";

/** Runs `up` on what is wrong, and checks that it says so and leaves the host as it was. */
async function refuses(code: string, words: RegExp, only = "os,docker"): Promise<void> {
  const { code: exit, stderr } = await place.drover("up", "--yes", "--only", only);
  expect(exit).toBe(1);
  expect(stderr).toContain(code);
  expect(stderr).toMatch(words);
  expect(stderr).toContain("to do:");
}

function edit(from: string | RegExp, to: string): void {
  const changed = inventory.replace(from, to);
  expect(changed).not.toBe(inventory);
  writeFileSync(place.inventory, changed);
}

describe.skipIf(why !== undefined)(
  `a host that is not as it should be${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    let before = "";
    beforeAll(async () => {
      await place.boot();
      inventory = readFileSync(place.inventory, "utf8");
      before = await place.onHost(1, fingerprint);
    });
    afterAll(() => place.remove());
    afterEach(() => writeFileSync(place.inventory, inventory));

    it("is refused under another host key, with both fingerprints, and never logged in to", async () => {
      edit(
        /hostKey: "ssh-ed25519 [^"]+"/,
        'hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"',
      );
      const { code, stderr } = await place.drover("plan", "--only", "os");
      expect(code).toBe(1);
      expect(stderr).toContain("ssh/host-key-changed");
      expect(new Set(stderr.match(/SHA256:[A-Za-z0-9+/]{43}/g)).size).toBe(2);
    });

    it("is named when its user may not log in", async () => {
      edit('user: "ubuntu"', 'user: "nobody"');
      await refuses("ssh/auth-failed", /nobody/);
    });

    it("is named when its cable is out", async () => {
      await place.lab.cut(1);
      await refuses("ssh/unreachable", /b1/);
      await place.lab.heal(1);
    });

    it("is named when its user may not become root", async () => {
      await place.onHost(1, "mv /etc/sudoers.d /etc/sudoers.d.away; sed -i 's/^%sudo/#%sudo/' /etc/sudoers");
      await refuses("sudo/denied", /b1/);
      // The way back in: the sudo group's line is gone, so root's own shell on the disk has to do it.
      writeSudoersBack();
    });

    it("is refused with another system than Debian or Ubuntu", async () => {
      await place.onHost(
        1,
        "cp -L /etc/os-release /etc/os-release.kept; rm /etc/os-release; printf 'ID=arch\\nPRETTY_NAME=\"Arch Linux\"\\n' >/etc/os-release",
      );
      await refuses("host/unsupported-os", /Arch/);
      await place.onHost(1, "rm /etc/os-release /etc/os-release.kept; ln -s ../usr/lib/os-release /etc/os-release");
    });

    it("keeps its old file when the disk is full, and goes on once there is room", async () => {
      await place.onHost(
        1,
        "mount -t tmpfs -o size=4k,nr_inodes=64 full /etc/modules-load.d; head -c 8192 /dev/zero >/etc/modules-load.d/fill 2>/dev/null || true",
      );
      await refuses("host/disk-full", /b1/, "os");
      expect(await place.onHost(1, "ls /etc/modules-load.d")).toBe("fill");
      await place.onHost(1, "umount /etc/modules-load.d");
    });

    it("was changed by none of these but for what the last one did before the disk was full", async () => {
      expect(await place.onHost(1, "ls /etc/sysctl.d /etc/systemd/resolved.conf.d 2>/dev/null || true")).not.toContain(
        "90-drover.conf",
      );
      await place.onHost(1, "cp -p /var/lib/drover/backup/%2Fetc%2Ffstab /etc/fstab");
      expect(await place.onHost(1, fingerprint)).toBe(before);
    });

    it("is refused a Kubernetes version that rke does not list, with those that it does", async () => {
      edit("v1.32.3-rancher1-1", "v1.99.0-rancher1-1");
      const never = await place.drover("up", "--yes");
      expect([never.code, never.stderr]).toEqual([3, expect.stringContaining("the last that RKE1 makes is v1.32")]);
      edit("v1.32.3-rancher1-1", "v1.32.99-rancher1-1");
      const { code, stdout, stderr } = await place.drover("up", "--yes");
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("cluster/kubernetes-version-unknown");
      expect(stdout + stderr).toContain("v1.32.3-rancher1-1");
    });

    it("is told which image cannot be pulled, before rke is started", async () => {
      edit(/10\.81\.0\.1:5000/g, "10.81.0.1:5999");
      const words = ["up", "--yes", "--only", "os,docker,images"];
      const checked = await place.drover(...words);
      expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining("10.81.0.1:5999 refuses")]);
      const { code, stderr } = await place.drover(...words, "--skip-check", "registries/reachable");
      expect(code).toBe(1);
      expect(stderr).toContain("cluster/image-not-pullable");
      expect(stderr).toMatch(/10\.81\.0\.1:5999\/rancher\//);
    });
  },
);

function writeSudoersBack(): void {
  const root = `${place.settings.home}/hosts/b1/root`;
  const path = `${root}/etc/sudoers`;
  writeFileSync(path, readFileSync(path, "utf8").replace("#%sudo", "%sudo"));
  renameSync(`${root}/etc/sudoers.d.away`, `${root}/etc/sudoers.d`);
}
