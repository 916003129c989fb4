import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host whose owners chose other programs than a fresh Debian has: makers of swap, keepers of the clock, firewalld,
 * and an apt that asks or cannot go on. Plan names each, up heals it or says what a person must do.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-programs", bridge: "drover46", net: "10.146.0", prefix: "w" },
  1,
);
const os = ["--only", "os"] as const;
const leftOut = ["--skip-check", "docker/provided"] as const;
let inventory = "";

const apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0";
/** Installs without starting: swap and the clock are the outer machine's. */
const addStopped = (names: string) =>
  `printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; ${apt} install ${names} >/dev/null 2>&1; rm /usr/sbin/policy-rc.d`;

/** What plan says of the operating system, in one line. */
async function planned(): Promise<string> {
  return flat((await place.drover("plan", ...os)).stdout);
}

async function heals(): Promise<void> {
  expect((await place.drover("up", "--yes", ...os, ...leftOut)).code).toBe(0);
  const { code, stdout } = await place.drover("plan", "--exit-code", ...os);
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
}

/** `up` ends with an error that says all of this. */
async function refuses(...words: readonly string[]): Promise<void> {
  const { code, stderr } = await place.drover("up", "--yes", ...os, ...leftOut);
  expect(code).toBe(1);
  for (const word of words) expect(flat(stderr)).toContain(word);
}

/** As systemd-zram-generator makes it, which itself does nothing in a container. */
const zramGenerator = `mkdir -p /etc/systemd/system-generators
cat >/etc/systemd/system-generators/zram <<'END'
#!/bin/sh
printf '[Swap]\\nWhat=/dev/zram0\\nOptions=nofail\\n' >"$1/dev-zram0.swap"
mkdir -p "$1/swap.target.wants"; ln -sf ../dev-zram0.swap "$1/swap.target.wants/"
END
chmod +x /etc/systemd/system-generators/zram; systemctl daemon-reload`;

/** No program here may move the clock, which is that of the machine outside. */
const mayNotSetClock = (unit: string) =>
  `mkdir -p /etc/systemd/system/${unit}.service.d; printf '[Service]\nCapabilityBoundingSet=~CAP_SYS_TIME\n' >/etc/systemd/system/${unit}.service.d/lab.conf; systemctl daemon-reload`;

/** A time server of the host's own, in a network of its own. */
const timeServer = `cp /usr/sbin/chronyd /usr/local/sbin/clockd
ip netns add clock; ip link add clock0 type veth peer name eth0 netns clock; ip addr add 192.0.2.2/24 dev clock0; ip link set clock0 up
ip -n clock addr add 192.0.2.1/24 dev eth0; ip -n clock link set eth0 up
printf 'local stratum 5\nallow all\ncmdport 0\nbindcmdaddress /\npidfile /run/clockd.pid\nuser root\n' >/etc/clockd.conf
systemd-run -q --unit=clockd -p CapabilityBoundingSet=~CAP_SYS_TIME ip netns exec clock /usr/local/sbin/clockd -x -d -f /etc/clockd.conf`;

/** A package with one file of configuration and that script after it. */
const makePackage = (
  version: number,
  conf: string,
  postinst: string,
) => `rm -rf /tmp/p; mkdir -p /tmp/p/DEBIAN /tmp/p/etc
printf 'Package: house-agent\nVersion: ${version}\nArchitecture: all\nMaintainer: x\nDescription: x\n' >/tmp/p/DEBIAN/control
echo '${conf}' >/tmp/p/etc/house-agent.conf; echo /etc/house-agent.conf >/tmp/p/DEBIAN/conffiles
printf '#!/bin/sh\n${postinst}\n' >/tmp/p/DEBIAN/postinst; chmod 755 /tmp/p/DEBIAN/postinst
dpkg-deb -b /tmp/p /tmp/p${version}.deb >/dev/null`;

/** Whether something listens at a port of the host, or the firewall sends the caller away. */
function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: "10.146.0.11", port, timeout: 5000 });
    const end = (open: boolean) => {
      socket.destroy();
      done(open);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

describe.skipIf(why !== undefined)(`a host of other programs${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    inventory = readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none");
    writeFileSync(place.inventory, inventory);
    await place.onHost(1, "apt-get update -qq");
    await heals();
  });
  afterAll(() => place.remove());
  afterEach(() => writeFileSync(place.inventory, inventory));

  it("has no program left that would make swap: zram, a generator's, files that grow", async () => {
    await place.onHost(
      1,
      `set -e; ${addStopped("zram-tools dphys-swapfile swapspace")}; systemctl -q enable zramswap dphys-swapfile swapspace; ${zramGenerator}`,
    );
    const text = await planned();
    for (const unit of ["zramswap.service", "dphys-swapfile.service", "swapspace.service", "dev-zram0.swap"]) {
      expect(text).toContain(`${unit} stays off`);
    }
    await heals();
    const states =
      "systemctl daemon-reload; systemctl is-enabled zramswap dphys-swapfile swapspace dev-zram0.swap || true";
    expect(await place.onHost(1, states)).toBe("masked\nmasked\nmasked\nmasked");
    expect(await place.onHost(1, "systemctl start dev-zram0.swap 2>&1 || true")).toContain("is masked");
  });

  it("has chrony keep the clock by the inventory's servers, and nobody beside it", async () => {
    await place.onHost(
      1,
      `set -e; rm /run/systemd/container; ${mayNotSetClock("chrony")}; ${addStopped("chrony")}
echo 'DAEMON_OPTS="-F 1 -x"' >/etc/default/chrony; sed -i '/^pool/d' /etc/chrony/chrony.conf; ${timeServer}
systemctl start chrony
printf '[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/ntp.service
systemctl -q enable ntp`,
    );
    writeFileSync(place.inventory, `${inventory}time: { servers: ["192.0.2.1"] }\n`);
    const text = await planned();
    expect(text).toContain("ntp.service no longer moves the clock beside chrony.service");
    expect(text).toContain("The clock follows 192.0.2.1");
    await heals();
    expect(await place.onHost(1, "systemctl is-active ntp || true; chronyc -n sources | grep '^[*^]'")).toMatch(
      /^inactive\n\^\* 192\.0\.2\.1/,
    );
  });

  it("has chrony restarted and waited for where it has lost its server's word", async () => {
    writeFileSync(place.inventory, `${inventory}time: { servers: ["192.0.2.1"] }\n`);
    await place.onHost(1, "systemctl stop clockd; systemctl restart chrony");
    expect(await planned()).toContain("The clock is in sync");
    await place.onHost(
      1,
      "systemd-run -q --unit=clockd -p CapabilityBoundingSet=~CAP_SYS_TIME ip netns exec clock /usr/local/sbin/clockd -x -d -f /etc/clockd.conf",
    );
    await heals();
  });

  it("has firewalld let in what the nodes need, at once, after its reload and with the rules of others", async () => {
    await place.onHost(
      1,
      `set -e; ${apt} install firewalld >/dev/null 2>&1; firewall-cmd -q --permanent --add-port=9100/tcp; firewall-cmd -q --reload
systemd-run -q --unit=l1 nc -lk 30080; systemd-run -q --unit=l2 nc -lk 9999`,
    );
    expect([await answers(30080), await answers(9999)]).toEqual([false, false]);
    writeFileSync(place.inventory, `${inventory}firewall: { manage: true }\n`);
    expect(await planned()).toContain("firewalld also lets in: tcp 6443 from everybody");
    await heals();
    expect([await answers(30080), await answers(9999)]).toEqual([true, false]);
    await place.onHost(1, "firewall-cmd -q --reload");
    expect([await answers(30080), await answers(9999)]).toEqual([true, false]);
    expect(await planned()).toContain("Nothing to do");
    expect(await place.onHost(1, "firewall-cmd --zone=public --list-ports; systemctl stop l1 l2")).toBe("9100/tcp");
  });

  it("is not asked anything by needrestart, debconf or a file of configuration that two have changed", async () => {
    await place.onHost(
      1,
      `set -e; ${apt} install needrestart apt-listchanges >/dev/null 2>&1
sed -i "s/^#\\?\\$nrconf{restart} = .*/\\$nrconf{restart} = 'i';/" /etc/needrestart/needrestart.conf
${makePackage(1, "colour=red", "true")}; dpkg -i /tmp/p1.deb >/dev/null; echo colour=ours >/etc/house-agent.conf
${makePackage(2, "colour=blue", "true")}; dpkg --unpack /tmp/p2.deb >/dev/null; dpkg -r --force-depends curl >/dev/null 2>&1`,
    );
    expect(await planned()).toContain("The interrupted installation of house-agent is finished");
    await heals();
    expect(await place.onHost(1, "cat /etc/house-agent.conf; dpkg -s house-agent | grep ^Version")).toBe(
      "colour=ours\nVersion: 2",
    );
  });

  it("is told the package that cannot be set up, in its own words, and goes on once it can", async () => {
    await place.onHost(
      1,
      `${makePackage(3, "colour=green", "[ -e /run/licence ] || { echo no licence found >&2; exit 1; }")}; dpkg -i /tmp/p3.deb >/dev/null 2>&1 || true`,
    );
    await refuses("The package house-agent could not be set up", "no licence found");
    await place.onHost(1, "touch /run/licence");
    await heals();
  });

  it("is told that its clock is behind where apt would say that nothing is signed", async () => {
    // The clock is the outer machine's: apt alone is shown another one, ten years ago.
    await place.onHost(
      1,
      `set -e; ${apt} install faketime >/dev/null 2>&1
printf '#!/bin/sh\nexec faketime -f -3650d /usr/bin/apt-get "$@"\n' >/usr/local/bin/apt-get; chmod +x /usr/local/bin/apt-get
dpkg -r --force-depends curl >/dev/null 2>&1; /usr/bin/apt-get clean; find /var/lib/apt/lists -type f -delete`,
    );
    await refuses("The host's clock is behind", "time.servers");
    await place.onHost(1, "rm /usr/local/bin/apt-get");
    await heals();
  });

  it("is told that its clock is a day off before anything is changed", async () => {
    await place.onHost(
      1,
      `printf '#!/bin/sh\nexec faketime -f +1d /usr/bin/date "$@"\n' >/usr/local/bin/date; chmod +x /usr/local/bin/date; rm /etc/sysctl.d/90-drover.conf`,
    );
    await refuses("check/blocking", "the hosts' clocks are 86", "Compare `date` here and there");
    expect(await place.onHost(1, "ls /etc/sysctl.d")).not.toContain("90-drover.conf");
    await place.onHost(1, "rm /usr/local/bin/date");
    await heals();
  });

  it("stays so over a reboot", async () => {
    await place.lab.reboot(1);
    writeFileSync(place.inventory, `${inventory}firewall: { manage: true }\n`);
    const { code, stdout } = await place.drover("plan", "--exit-code", ...os);
    expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
  });

  it("gets its swap makers and its firewall back by reset", async () => {
    expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
    const states = "systemctl is-enabled zramswap dphys-swapfile swapspace dev-zram0.swap || true";
    expect(await place.onHost(1, states)).toBe("enabled\nenabled\nenabled\ngenerated");
    const rules =
      "firewall-cmd --list-rich-rules; firewall-cmd --permanent --list-rich-rules; firewall-cmd --list-ports";
    expect((await place.onHost(1, rules)).trim()).toBe("9100/tcp");
    expect(await place.onHost(1, "ls -A /etc/chrony/conf.d; firewall-cmd --zone=trusted --list-sources")).not.toMatch(
      /drover|10\.42/,
    );
  });
});
