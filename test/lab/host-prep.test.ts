import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";

/**
 * Two practice hosts as people really have them, each broken in many ways at once: plan names every one of them, up heals
 * them, they stay healed over a reboot, and reset --host-prep puts every file back. No cluster is made.
 */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-prep", bridge: "drover24", net: "10.124.0", prefix: "p" },
  2,
);

/** A host that was installed years ago, hardened by a guide, renamed, and left in the middle of an upgrade. */
const oldHost = String.raw`set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq; apt-get install -y -qq --no-install-recommends isc-dhcp-client >/dev/null 2>&1
printf 'LABEL=swap\\040one\tnone\tswap\tsw,pri=5\t0\t0\n# swap was on /dev/sda5 during installation\nUUID=0000-0001 none swap sw 0 0' >>/etc/fstab
printf '[Swap]\nWhat=/data/swap\n[Install]\nWantedBy=swap.target\n' >/etc/systemd/system/data-swap.swap
systemctl -q enable data-swap.swap
printf '# hardening guide\nnet.ipv4.ip_forward = 0\nkernel.kptr_restrict = 2\n' >/etc/sysctl.d/99-hardening.conf
printf '# by hand\nnet.ipv4.ip_forward=0\nfs.inotify.max_user_instances=128\n' >/etc/sysctl.conf; ln -sf ../sysctl.conf /etc/sysctl.d/99-sysctl.conf
echo 'kernel.pid_max = 32768' >/etc/sysctl.d/98-old.conf; sysctl -qw kernel.pid_max=32768
printf 'install cramfs /bin/true\ninstall overlay /bin/true\n' >/etc/modprobe.d/cis.conf
mkdir -p /etc/systemd/system.conf.d; printf '[Manager]\nDefaultLimitNOFILE=1024:4096\n' >/etc/systemd/system.conf.d/50-low.conf
systemctl daemon-reexec
printf '127.0.0.1 localhost\n127.0.1.1\told_name.example.com\told_name\n' >/etc/hosts
echo old_name >/etc/hostname; echo old_name >/proc/sys/kernel/hostname
systemctl -q disable --now systemd-resolved
rm /etc/resolv.conf; printf 'domain home\nnameserver 192.0.2.53\n' >/etc/resolv.conf
cat >/etc/nftables.conf <<X
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif lo accept
		tcp dport 22 accept
	}
}
X
systemctl -q enable --now nftables
dpkg -r --force-depends curl >/dev/null 2>&1
mkdir -p /tmp/half/DEBIAN; printf 'Package: half-there\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n' >/tmp/half/DEBIAN/control
dpkg-deb -b /tmp/half /tmp/half.deb >/dev/null; dpkg --unpack /tmp/half.deb >/dev/null
chmod 0640 /etc/sysctl.d/99-hardening.conf; chown root:adm /etc/sysctl.d/99-hardening.conf
touch -d 2019-03-01T12:00:00.123456789Z /etc/fstab /etc/hosts /etc/sysctl.d/99-hardening.conf /etc/modprobe.d/cis.conf
`;

/** A cloud machine with ufw, resolvconf by a guide, unattended-upgrades, and a cloud that rewrites /etc/hosts. */
const cloudHost = String.raw`set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq; apt-get install -y -qq --no-install-recommends ufw resolvconf unattended-upgrades runc >/dev/null 2>&1
ufw allow 22/tcp >/dev/null; echo net/ipv4/ip_forward=0 >>/etc/ufw/sysctl.conf; ufw --force enable >/dev/null
mkdir -p /etc/cloud/cloud.cfg.d /etc/cloud/templates
printf 'manage_etc_hosts: true\n' >/etc/cloud/cloud.cfg
`;

/**
 * Everything under /etc but the linker's cache, which dpkg writes: kind, mode, owner, time to the nanosecond, text or target.
 * Folders and links without their time: systemctl makes its links anew.
 */
const fingerprint =
  String.raw`cd /etc; find . -xdev ! -name ld.so.cache \( \( -type d -printf '%p/ %m %U:%G\n' \) -o \( -type l -printf '%p -> %l %U:%G\n' \) -o \( -type f -printf '%p %m %U:%G %T@ ' -exec sha256sum {} \; \) \) | sort
cat /proc/sys/kernel/hostname /proc/sys/kernel/pid_max; apt-mark showhold; dpkg-query -W -f '\${Package}\n' | grep -c . ; systemctl is-enabled data-swap.swap 2>/dev/null || true`.replaceAll(
    "\\$",
    "$",
  );

/** Docker is none of this test's business. */
const leftOut = ["--skip-check", "docker/provided"];

describe.skipIf(why !== undefined)(`hosts as people have them${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  const before: string[] = [];

  beforeAll(async () => {
    await place.boot();
    const inventory = readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none");
    writeFileSync(place.inventory, `${inventory}firewall: { manage: true }\n`);
    await Promise.all([place.onHost(1, oldHost), place.onHost(2, cloudHost)]);
    before.push(await place.onHost(1, fingerprint), await place.onHost(2, fingerprint));
  });
  afterAll(() => place.remove());

  it("are told all that is wrong by plan, which changes nothing", async () => {
    const { code, stdout } = await place.drover("plan", "--only", "os,upgrades");
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, " ");
    for (const words of [
      "The interrupted installation of half-there is finished",
      "curl is installed",
      "No line of /etc/fstab turns swap on",
      "+# drover: swap off # LABEL=swap\\040one none swap sw,pri=5 0 0",
      "data-swap.swap stays off",
      "/etc/modprobe.d/cis.conf:2 no longer bans what containers need",
      "/etc/sysctl.d/99-hardening.conf no longer sets net.ipv4.ip_forward to 0 (line 2)",
      "/etc/sysctl.conf no longer sets net.ipv4.ip_forward to 0 (line 2)",
      "/etc/sysctl.conf no longer sets fs.inotify.max_user_instances to 128 (line 3)",
      "/etc/ufw/sysctl.conf no longer sets net.ipv4.ip_forward to 0",
      "kernel.pid_max is in force",
      "Services may open 524288 files",
      "dhclient leaves /etc/resolv.conf as it is",
      "/etc/resolv.conf names 10.124.0.1",
      "resolvconf puts 10.124.0.1 into /etc/resolv.conf",
      "nftables also lets in what the cluster's nodes need",
      "ufw also lets in: everything from 10.42.0.0/16; tcp 10250 from 10.124.0.11",
      "+# drover: its address is below # 127.0.1.1 p1.example.com p1",
      "The hostname is p1",
      "cloud-init leaves /etc/hosts as it is",
      "Upgrades leave runc as it is",
      "unattended-upgrades leaves these packages alone",
    ]) {
      expect(text).toContain(words);
    }
    expect([await place.onHost(1, fingerprint), await place.onHost(2, fingerprint)]).toEqual(before);
  });

  it("are healed by up, which waits for who holds apt's lock and names him", async () => {
    const hold =
      "import fcntl,os,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX)\nwhile not os.path.exists('/run/let-go'): time.sleep(0.2)";
    await place.onHost(1, `systemd-run -q --unit=holder python3 -c "${hold}"`);
    const up = place.drover("up", "--yes", "--only", "os,upgrades", ...leftOut);
    const waits = () =>
      place
        .lastRun()
        .some((event) => event.kind === "progress" && /^waiting for python3 \(process \d+\) to end/.test(event.phase));
    await expect.poll(waits, { timeout: 900_000, interval: 500 }).toBe(true);
    await place.onHost(1, "touch /run/let-go");
    expect((await up).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", "--only", "os,upgrades")).code).toBe(0);
  });

  it("stay healed over a reboot and over the next lease", async () => {
    await Promise.all([place.lab.reboot(1), place.lab.reboot(2)]);
    await place.untilBooted();
    await place.onHost(
      1,
      "reason=RENEW interface=eth0 old_ip_address=10.124.0.11 new_ip_address=10.124.0.11 new_domain_name_servers=192.0.2.99 new_domain_name=evil dhclient-script",
    );
    await place.onHost(2, "echo 'nameserver 192.0.2.99' | resolvconf -a eth9.dhcp");
    const { code, stdout } = await place.drover("plan", "--exit-code", "--only", "os,upgrades");
    expect(`${code} ${stdout}`).toMatch(/^0 Nothing to do/);
    expect(await place.onHost(2, "grep -m1 ^nameserver /etc/resolv.conf")).toBe("nameserver 10.124.0.1");
  });

  it("reach each other through their firewalls on the cluster's ports, and on no other", async () => {
    const both =
      "[ $(ss -Hltn '( sport = :10250 or sport = :9999 )' | awk '{ sub(/.*:/, \"\", $4); print $4 }' | sort -u | wc -l) = 2 ]";
    await place.onHost(
      1,
      `systemd-run -q --unit=l1 nc -lk 10250; systemd-run -q --unit=l2 nc -lk 9999; until ${both}; do sleep 0.1; done`,
    );
    const tried = await place.onHost(2, "nc -zw 30 p1 10250; echo $?; nc -zw 3 p1 9999; echo $?");
    expect(tried).toBe("0\n1");
    await place.onHost(1, "systemctl stop l1 l2");
  });

  it("are put back by reset --host-prep, also when it was killed in the middle: every byte, owner, mode and time", async () => {
    const shown = await place.drover("reset", "--host-prep", "--confirm", "another");
    expect(shown.code).toBe(130);
    expect(shown.stdout).toContain("What cannot be undone:");
    expect(shown.stdout).toContain("/etc/fstab is as it was before Drover");
    const killed = await place.killed(
      (event) => event.kind === "change-started" && event.summary.startsWith("/etc/hosts is as it was"),
      "reset",
      "--host-prep",
      "--confirm",
      "lab",
    );
    expect(killed).toBe(true);
    expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
    const after = [await place.onHost(1, fingerprint), await place.onHost(2, fingerprint)];
    expect(after).toEqual(before);
    expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).stdout).toContain("othing to do");
  });

  it("can be prepared again", async () => {
    expect((await place.drover("up", "--yes", "--only", "os,upgrades", ...leftOut)).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", "--only", "os,upgrades")).code).toBe(0);
  });
});
