import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkReportSchema } from "../../src/cli/check-json.ts";
import { command } from "../../src/lab/command.ts";
import { linkName } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { listenerName } from "../../src/mesh/listener.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";

/** Three practice hosts, and faults put between them. */
const why = await unsupportedHere();
const place = new PracticeCluster({
  home: "/var/lib/drover-lab-check",
  bridge: "drover25",
  net: "10.125.0",
  prefix: "k",
});
const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** The disk is this machine's: how quick and how full it is, is not the matter here. */
const notTheDisk = ["etcd-latency", "etcd-space", "images", "inodes"].flatMap((one) => ["--skip-check", `disk/${one}`]);

async function report(...more: readonly string[]) {
  const { code, stdout } = await place.drover("check", "--json", ...notTheDisk, ...more);
  const json = checkReportSchema.parse(JSON.parse(stdout));
  const found = json.results.filter(
    ({ verdict, fixedByUp, skipped }) => verdict === "found" && fixedByUp === null && !skipped,
  );
  const said = (check: string): string =>
    found.flatMap((one) => (one.check === check ? [one.evidence] : [])).join("\n");
  return { code, json, said, ids: [...new Set(found.map(({ check }) => check))].sort() };
}

/** What a practice host cannot be: a machine of its own with today's cgroups, and a Kubernetes of today. */
const always = ["cluster/kubernetes-version", "kernel/cgroup-version", "os/container"];

describe.skipIf(why !== undefined)(
  `the mesh of practice hosts${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(() => place.boot());
    afterAll(() => place.remove());

    it("is whole between hosts that are well, and a bare host has nothing that up would not put right", async () => {
      // How long a packet takes says here how busy this machine is.
      const { code, ids, json } = await report("--skip-check", "mesh/latency");
      expect([code, ids]).toEqual([0, always]);
      expect(json.mesh).toHaveLength(6);
      expect(json.mesh.every(({ ports }) => ports.every(({ outcome }) => outcome === "open"))).toBe(true);
      for (const { packetBytes, lost, clockAhead } of json.mesh) {
        expect([packetBytes, lost]).toEqual([1500, 0]);
        expect(Math.abs(clockAhead ?? 1000)).toBeLessThan(500);
      }
      expect(json.counts.fixedByUp).toBeGreaterThan(3);
    });

    it("changed nothing on the hosts, and left nothing listening", async () => {
      // A listener ends with its line, which may be a moment after Drover.
      await expect.poll(listeners, { timeout: 60_000 }).toBe(0);
      for (const left of await place.onHosts("ls -A /var/lib | grep drover || true")) expect(left).toBe("");
    });

    it("shows a dropped TCP port, a UDP port that only one host may not use, and a way that takes small packets only", async () => {
      await place.onHost(2, "iptables -A INPUT -p tcp --dport 10250 -j DROP");
      await place.onHost(3, "iptables -A INPUT -p udp --dport 8472 -s 10.125.0.11 -j DROP");
      await command("ip", ["link", "set", linkName(place.settings, 2), "mtu", "1400"]);
      const { code, said, json } = await report();
      await command("ip", ["link", "set", linkName(place.settings, 2), "mtu", "1500"]);
      expect(code).toBe(1);
      expect(said("mesh/tcp")).toMatch(
        /10250\/tcp \(the kubelet\) from k1, k3 is dropped without an answer, although the host itself/,
      );
      expect(said("mesh/udp")).toMatch(/8472\/udp .* from k1 is not answered.*; from k2 it gets through/);
      // A veth takes 4 bytes more than its MTU, for a VLAN tag, and drops in both directions (is_skb_forwardable, net/core/dev.c).
      expect(said("mesh/packet-size")).toContain("k1 to k2: 1404 of 1500 bytes pass");
      expect(said("mesh/packet-size")).not.toContain("k1 to k3");
      expect(said("firewall/input")).toContain("--dport 10250 -j DROP");
      const way = json.mesh.find(({ from, to }) => from === "k3" && to === "k1");
      expect(way?.ports.every(({ outcome }) => outcome === "open")).toBe(true);
    });

    it("tells a rejected port from a dropped one, and stops up before its first change", async () => {
      await place.onHost(
        2,
        "iptables -F INPUT; iptables -A INPUT -p tcp --dport 10250 -j REJECT --reject-with tcp-reset",
      );
      await place.onHost(3, "iptables -F INPUT");
      const { code, stderr } = await place.drover("up", "--yes", "--only", "os");
      expect(code).toBe(1);
      expect(stderr).toContain("check/blocking");
      expect(stderr).toMatch(/10250\/tcp .* is rejected with a reset/);
      expect(stderr).toContain("--skip-check mesh/tcp");
      expect(await place.onHost(1, "ls /etc/sysctl.d")).not.toContain("90-drover.conf");
    });

    it("lets up go on where a check is skipped, and the journal keeps that it was", async () => {
      const { code } = await place.drover("up", "--yes", "--only", "os", "--skip-check", "mesh/tcp", ...notTheDisk);
      expect(code).toBe(0);
      const skipped = place
        .lastRun()
        .flatMap((event) => (event.kind === "check-found" && event.skipped ? [event.check] : []));
      expect(skipped).toContain("mesh/tcp");
      const again = await place.drover("up", "--yes", "--only", "os");
      expect(again.code).toBe(0);
      expect(place.lastRun().some((event) => event.kind === "check-found")).toBe(false);
    });

    it("shows a slow link", async () => {
      // 60 ms for each answer about pod traffic, however far apart a busy host sends its questions; ssh is as quick as ever.
      await place.onHost(
        2,
        `set -e; iptables -F INPUT; tc qdisc add dev eth0 root handle 1: htb
tc class add dev eth0 parent 1: classid 1:1 htb rate 11kbit burst 100 cburst 100 quantum 1514
nft 'table inet slow { chain out { type filter hook output priority 0; udp sport 8472 meta priority set 0x10001; }; }'`,
      );
      const { said } = await report();
      await place.onHost(2, "tc qdisc del dev eth0 root; nft delete table inet slow");
      expect(said("mesh/latency")).toMatch(/k[13] to k2: \d+\.\d ms there and back/);
      expect(said("mesh/route") + said("mesh/tcp")).toBe("");
    });

    it("tells a host that is cut off from the others from a closed port", async () => {
      await place.onHost(3, "ip route add unreachable 10.125.0.12/32");
      const { said } = await report();
      await place.onHost(3, "ip route del unreachable 10.125.0.12/32");
      expect(said("mesh/route")).toMatch(/k3 has no route to k2 \(10\.125\.0\.12\)/);
      expect(said("mesh/tcp")).not.toContain("from k3");
    });

    it("leaves no listener behind when Drover is killed", async () => {
      // A port that does not answer keeps the trial going for three seconds: seen from this machine, which is quick.
      await place.onHost(1, "iptables -A INPUT -p tcp --dport 6443 -j DROP");
      const child = spawn(process.execPath, [main, "check", "-i", place.inventory], {
        cwd: place.dir,
        stdio: "ignore",
      });
      const ended = new Promise((done) => child.once("close", done));
      await until(async () => listenersSeenFromHere() > 0 || child.exitCode !== null);
      child.kill("SIGKILL");
      await ended;
      expect(whatEnded(child)).toBe("SIGKILL");
      await until(async () => (await listeners()) === 0);
      await place.onHost(1, "iptables -F INPUT");
    });

    it("is written down: every finding stands in the journal of its run", async () => {
      await place.drover("check", ...notTheDisk);
      const text = readFileSync(place.journalPaths().at(-1) ?? "", "utf8");
      for (const check of always) expect(text).toContain(`"kind":"check-found","check":"${check}"`);
    });
  },
);

async function listeners(): Promise<number> {
  const counts = await place.onHosts("ss -Hlntup | grep -c drover-mesh; true");
  return counts.reduce((sum, one) => sum + Number(one), 0);
}

/** Processes of that name in the practice hosts' own groups: this machine sees what runs in its guests. */
function listenersSeenFromHere(): number {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return ""; // it ended meanwhile
    }
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => read(pid, "comm").trim() === listenerName && read(pid, "cgroup").includes("/drover25/"))
    .length;
}

/** Waits for something to become true; the test's own time limit ends it. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((done) => setTimeout(done, 50));
}

function whatEnded(child: ChildProcess): string | null {
  return child.signalCode;
}
