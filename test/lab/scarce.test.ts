import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat, startDrover } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host that has no memory, no inode and no writable disk to give, or that somebody reboots while Drover works on
 * it: what is short is named, nothing is left half done, and the next `up` makes all right.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-scarce", bridge: "drover43", net: "10.143.0", prefix: "s" },
  1,
);
const all = ["--only", "os,docker"] as const;

/** The practice host's own group of processes, on this machine. */
const memoryGroup = "/sys/fs/cgroup/memory/drover43/s1";

/** What a command there may leave behind in /etc and in dpkg's database. */
const fingerprint =
  "find /etc -xdev -type f -exec sha256sum {} + | sort | sha256sum; dpkg --audit; dpkg -l | sha256sum";

async function isWhole(): Promise<void> {
  const { code, stdout } = await place.drover("plan", "--exit-code", ...all, "--wait", "120");
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
}

/** `up` ends with an error that says so, and the host is as it was. */
async function refuses(words: string, ...more: readonly string[]): Promise<void> {
  const before = await place.onHost(1, fingerprint);
  const { code, stderr } = await place.drover("up", "--yes", ...all, ...more);
  expect([code, flat(stderr)]).toEqual([1, expect.stringContaining(words)]);
  expect(flat(stderr)).toContain("s1");
  expect(await place.onHost(1, fingerprint)).toBe(before);
}

describe.skipIf(why !== undefined)(
  `a host that has too little${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      await place.onHost(1, "apt-get update -qq");
    });
    afterAll(() => place.remove());

    it("of a disk that may be written: keeps its files, and is told so", async () => {
      // Programs hold files of the root itself open for writing: so it is all its parts that Drover could write to.
      const parts = "/etc /usr /var";
      await place.onHost(1, `for d in ${parts}; do mount --bind $d $d && mount -o remount,bind,ro $d || exit 1; done`);
      try {
        await refuses("/var/lib/docker (/var) is ro");
        await refuses("the file system is read-only", "--skip-check", "disk/mount-options");
      } finally {
        await place.onHost(1, `umount -l ${parts}`);
      }
    });

    it("of inodes, with room enough on the disk: keeps its files, and is told so", async () => {
      // /etc on a file system of its own, whose table of inodes is as long as what is in it.
      const fullTable = `set -e; cp -a /etc /root/etc; n=$(find /etc -xdev | wc -l)
mount -t tmpfs -o size=64m,mode=755,nr_inodes=$((n + 1)) none /etc; cp -a /root/etc/. /etc/
i=0; while true 2>/dev/null >/etc/fill$i; do i=$((i + 1)); done; df --output=iavail /etc | tail -1`;
      try {
        expect((await place.onHost(1, fullTable)).trim()).toBe("0");
        await refuses("host/disk-full");
      } finally {
        await place.onHost(1, "umount -l /etc; rm -rf /root/etc");
      }
    });

    it("of memory, while packages are set up: is told so, and the next up goes on where it stopped", async () => {
      const limit = `${memoryGroup}/memory.limit_in_bytes`;
      const before = readFileSync(limit, "utf8");
      const run = startDrover(place, ["up", "--yes", ...all]);
      await run.when((event) => event.kind === "progress" && event.phase === "setting up packages");
      writeFileSync(`${memoryGroup}/memory.force_empty`, "0");
      const used = Number(readFileSync(`${memoryGroup}/memory.usage_in_bytes`, "utf8"));
      writeFileSync(limit, String(used));
      const { code, output } = await run.ended;
      writeFileSync(limit, before);
      expect([code, output]).toEqual([1, expect.stringMatching(/the host has too little|memory ran out/)]);
      expect((await place.drover("up", "--yes", ...all, "--wait", "120")).code).toBe(0);
      await isWhole();
    });

    it("of patience: somebody reboots it while Docker is set up, and the same up finishes the work", async () => {
      await place.onHost(1, "apt-get -qq -y --allow-change-held-packages purge docker.io >/dev/null 2>&1");
      const run = startDrover(place, ["up", "--yes", ...all]);
      await run.when((event) => event.kind === "progress" && event.phase === "setting up packages");
      await place.lab.reboot(1);
      const { code } = await run.ended;
      expect(code).toBe(0);
      await isWhole();
      expect(await place.onHost(1, "dpkg --audit; systemctl is-active docker")).toBe("active");
    });
  },
);
