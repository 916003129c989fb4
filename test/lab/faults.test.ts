import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stoppingMessage } from "../../src/cli/interrupt.ts";
import type { Stamped } from "../../src/core/events.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat, type Running, slowWay, startDrover } from "./fault-tools.ts";
import { full } from "./full-tests.ts";

/**
 * Practice hosts under faults: lines that are cut, sshd and Drover killed, hosts that are down, hung, slow or lose packets,
 * disks that take nothing. What can be finished is finished, what cannot is named, and the next `up` makes all right.
 * Memory that is short and a host that somebody reboots are in scarce.test.ts, a clock that is off in other-programs.test.ts.
 */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-faults", bridge: "drover41", net: "10.141.0", prefix: "f" },
  3,
);
/** How often Drover is killed; `npm run test:full` wants it 50 times, and all the tests. */
const kills = Number(process.env["DROVER_KILLS"] ?? 3);
const os = ["--only", "os"] as const;
const leftOut = ["--skip-check", "docker/provided"] as const;
let inventory = "";

const start = (...args: readonly string[]): Running => startDrover(place, args);

/** Undoes some of what the stage os did, so that there is something to do again, on every host. */
const upset = `rm -f /etc/sysctl.d/90-drover.conf /etc/modules-load.d/drover.conf /etc/ssh/sshd_config.d/00-drover.conf
sed -i '/drover/d' /etc/hosts; dpkg -r --force-depends curl >/dev/null 2>&1; true`;

const outputOf = (step: string) => (event: Stamped) => event.kind === "output" && event.step === step;

/**
 * All is as the inventory says, and a plan says so. An sshd that was stopped holds the logins of that time against this machine
 * for a quarter of a minute (PerSourcePenalties of sshd_config), so it waits.
 */
async function isWhole(): Promise<void> {
  const { code, stdout } = await place.drover("plan", "--exit-code", ...os, "--wait", "120");
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 .*Nothing to do/);
}

/** Times that apt was run with this word. */
const timesOfApt = (word: string) => `grep -c '^Commandline:.*${word}' /var/log/apt/history.log || true`;

/** The inventory with other words at one host. */
function editHost(name: string, edit: (line: string) => string): void {
  const lines = inventory
    .split("\n")
    .map((line) => (line.includes(`name: ${name},`) || line.includes(`name: "${name}"`) ? edit(line) : line));
  expect(lines.join("\n")).not.toBe(inventory);
  writeFileSync(place.inventory, lines.join("\n"));
}

describe.skipIf(why !== undefined)(`hosts under faults${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    inventory = readFileSync(place.inventory, "utf8");
  });
  afterAll(() => place.remove());
  afterEach(() => writeFileSync(place.inventory, inventory));

  it("whose cable is out in the middle of apt finish it by themselves, and are found again: apt ran once", async () => {
    const run = start("up", "--yes", "--only", "os,docker", "--hosts", "f1");
    // Not while it fetches: that needs the cable too.
    await run.when((event) => event.kind === "progress" && event.phase === "setting up packages");
    await place.lab.cut(1);
    await run.when((event) => event.kind === "note" && event.message.includes("the connection was lost"));
    await place.lab.heal(1);
    const { code, output } = await run.ended;
    expect([code, output]).toEqual([0, expect.stringContaining("Docker")]);
    expect(await place.onHost(1, timesOfApt("docker.io"))).toBe("1");
    expect((await place.drover("plan", "--exit-code", "--only", "os,docker", "--hosts", "f1")).code).toBe(0);
  });

  it("whose sshd is restarted in the middle of apt, and all its sessions killed, are prepared all the same", async () => {
    const run = start("up", "--yes", "--only", "os,docker", "--hosts", "f2");
    await run.when(outputOf("docker/installed"));
    const killSessions = `systemctl restart ssh
for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in sshd-session|sshd-auth) kill -9 \${p#/proc/} ;; esac; done`;
    await place.onHost(2, killSessions).catch(() => "our own session was among them");
    expect((await run.ended).code).toBe(0);
    expect(await place.onHost(2, timesOfApt("docker.io"))).toBe("1");
  });

  it("are left at the first Ctrl-C after the running action, and at once at the second; the next up waits for what still runs there", async () => {
    const args = ["up", "--yes", "--only", "os,docker", "--hosts", "f3"];
    const first = start(...args);
    await first.when((event) => event.kind === "change-started");
    first.signal("SIGINT");
    const stopped = await first.ended;
    expect([stopped.code, stopped.output]).toEqual([130, expect.stringContaining("cli/cancelled")]);
    const second = start(...args);
    await second.when(outputOf("docker/installed"));
    second.signal("SIGINT");
    await second.when((event) => event.kind === "note" && event.message === stoppingMessage);
    // What comes within 300 ms is taken for an echo of the first.
    await new Promise((done) => setTimeout(done, 600));
    second.signal("SIGINT");
    expect((await second.ended).code).toBe(130);
    const next = await place.drover(...args);
    expect(next.code).toBe(0);
    expect(await place.onHost(3, timesOfApt("docker.io"))).toBe("1");
    expect((await place.drover("plan", "--exit-code", "--only", "os,docker", "--hosts", "f3")).code).toBe(0);
  });

  it("of which one is down and one hangs are told apart from the one that is well, which is prepared", async () => {
    await place.onHosts(upset);
    await place.lab.kill(1);
    // Nobody can log in to tell it to go on: a file that appears on its disk does.
    const onDiskOf2 = (name: string) => join(place.settings.home, "hosts", "f2", "root", "root", name);
    await place.onHost(
      2,
      "systemd-run -q sh -c 'p=$(systemctl show -p MainPID --value ssh); kill -STOP $p; touch /root/hangs; until [ -e /root/go-on ]; do sleep 0.2; done; kill -CONT $p'",
    );
    await expect.poll(() => existsSync(onDiskOf2("hangs")), { timeout: 60_000 }).toBe(true);
    const { code, stderr } = await place.drover("up", "--yes", ...os, ...leftOut, "--max-fail", "2");
    expect(code).toBe(1);
    expect(flat(stderr)).toMatch(/ssh\/(unreachable|timeout).*f1/);
    expect(flat(stderr)).toMatch(/f2/);
    expect(await place.onHost(3, "ls /etc/sysctl.d/90-drover.conf")).toContain("90-drover.conf");
    // The one that boots meanwhile, and the one that hangs for a while, are waited for when asked.
    const run = start("up", "--yes", ...os, ...leftOut, "--wait", "900");
    for (const host of ["f1", "f2"])
      await run.when(
        (event) => event.kind === "note" && event.host === host && event.message.includes("waiting up to"),
      );
    writeFileSync(onDiskOf2("go-on"), "");
    await place.lab.up(3, place.inventory);
    expect((await run.ended).code).toBe(0);
    writeFileSync(place.inventory, inventory);
    await isWhole();
  });

  it.runIf(full)("behind a line of 2 s, and behind one that loses every fifth packet, are prepared too", async () => {
    await place.onHosts(upset);
    const { port, server } = await slowWay("10.141.0.11", 1000);
    const lossy =
      "table inet lossy { chain in { type filter hook input priority -300; tcp dport 22 numgen random mod 5 == 0 drop; }; }";
    await place.onHost(2, `nft '${lossy}'`);
    try {
      editHost("f1", (line) =>
        line.replace("10.141.0.11", "127.0.0.1").replace("{ ", `{ port: ${port}, internalAddress: 10.141.0.11, `),
      );
      const { code } = await place.drover("up", "--yes", ...os, ...leftOut);
      expect(code).toBe(0);
      await isWhole();
    } finally {
      server.close();
      await place.onHost(2, "nft delete table inet lossy");
    }
  });

  it("whose disk takes no more files, or is read-only, keep their old files and are named", async () => {
    for (const [mount, words] of [
      ["mount -t tmpfs -o size=1m,nr_inodes=2 none /etc/modules-load.d; touch /etc/modules-load.d/a", "host/disk-full"],
      [
        "mount --bind /etc/modules-load.d /etc/modules-load.d; mount -o remount,bind,ro /etc/modules-load.d",
        "the file system is read-only",
      ],
    ] as const) {
      await place.onHost(3, `rm -f /etc/modules-load.d/drover.conf; ${mount}`);
      const listed = await place.onHost(3, "ls -A /etc/modules-load.d");
      const { code, stderr } = await place.drover("up", "--yes", ...os, ...leftOut);
      expect([code, flat(stderr)]).toEqual([1, expect.stringContaining(words)]);
      expect(flat(stderr)).toContain("f3");
      expect(await place.onHost(3, "ls -A /etc/modules-load.d")).toBe(listed);
      await place.onHost(3, "umount /etc/modules-load.d");
    }
    expect((await place.drover("up", "--yes", ...os, ...leftOut)).code).toBe(0);
  });

  it("are worked on by two operators one after the other, if the second one waits", async () => {
    await place.onHosts(upset);
    const words = ["up", "--yes", ...os, ...leftOut, "--wait", "900"];
    const [one, two] = [start(...words), start(...words)];
    expect([(await one.ended).code, (await two.ended).code]).toEqual([0, 0]);
    const done = place
      .journalPaths()
      .slice(-2)
      .map((path) => readFileSync(path, "utf8"));
    const times = done
      .join("")
      .split("\n")
      .filter(
        (line) => line.includes('"change-finished"') && line.includes('"Kernel parameters are set at each boot"'),
      );
    expect(times).toHaveLength(3);
    await isWhole();
  });

  it("are not touched when the journal cannot be written: this machine's disk is full", async () => {
    await place.onHosts(upset);
    const runs = join(place.dir, ".drover", "runs");
    expect(existsSync(runs)).toBe(true);
    await execa("mount", ["-t", "tmpfs", "-o", "size=4k", "none", runs]);
    try {
      await execa("sh", ["-c", `head -c 4096 /dev/zero >${runs}/full`]);
      const { code, stderr } = await place.drover("up", "--yes", ...os, ...leftOut);
      expect([code, stderr]).toEqual([1, expect.stringContaining("journal/unwritable")]);
      expect(await place.onHosts("ls /etc/sysctl.d/90-drover.conf 2>/dev/null || echo none")).toEqual([
        "none",
        "none",
        "none",
      ]);
    } finally {
      await execa("umount", [runs]);
    }
    mkdirSync(runs, { recursive: true });
    expect((await place.drover("up", "--yes", ...os, ...leftOut)).code).toBe(0);
  });

  // Fifty times take longer than any other test may, the more on a machine that has other things to do.
  it("are whole after the next up, at whatever moment Drover is killed", {
    timeout: (10 + 2 * kills) * 60_000,
  }, async () => {
    for (let round = 0; round < kills; round += 1) {
      await place.onHosts(upset);
      const run = start("up", "--yes", ...os, ...leftOut);
      // Spread over a run's time, which is a few seconds; the journal is no help here: any moment will do.
      await new Promise((done) => setTimeout(done, 500 + ((round * 997) % 6000)));
      run.signal("SIGKILL");
      await run.ended;
      expect((await place.drover("up", "--yes", ...os, ...leftOut)).code, `round ${round}`).toBe(0);
      await isWhole();
      const left = await place.onHosts(
        "ls -A /etc/sysctl.d /etc/modules-load.d /etc/ssh/sshd_config.d | grep -c 'drover[.]......$' || true; dpkg --audit",
      );
      expect(left.every((said) => /^\d+$/.test(said))).toBe(true);
    }
  });
});
