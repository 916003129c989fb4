import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host whose clock is kept by each of the real NTP clients in turn, and by two at once, as Debian's packages alone
 * never have it. They believe that they move the clock: it is that of the machine outside, so nothing here does.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-clocks", bridge: "drover48", net: "10.148.0", prefix: "t" },
  1,
);
const only = ["--only", "os/time"] as const;
const server = "192.0.2.1";
let inventory = "";

const apt =
  "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold";
const planned = async () => flat((await place.drover("plan", ...only)).stdout);

async function heals(): Promise<void> {
  expect((await place.drover("up", "--yes", ...only, "--skip-check", "docker/provided")).code).toBe(0);
  const { code, stdout } = await place.drover("plan", "--exit-code", ...only);
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
}

/** Which of them run, and which run after a reboot. */
const states = (...units: readonly string[]) =>
  place.onHost(
    1,
    `for u in ${units.join(" ")}; do echo $(systemctl is-active $u) $(systemctl is-enabled $u 2>&1); done`,
  );

/** OpenNTPD asks how much of its steering is left to do, which only a function in its place can answer. */
const nothingLeftToSteer = `${apt} install tcc >/dev/null 2>&1
cat >/tmp/still.c <<'END'
int adjtime(const long *delta, long *left) { if (left) left[0] = left[1] = 0; return 0; }
int adjtimex(void *how) { return 0; }
END
tcc -shared -nostdlib -o /usr/local/lib/still.so /tmp/still.c`;

/** To the others the kernel says that it has done as it was told. */
const stillClock = `for u in chrony ntpsec openntpd; do
  mkdir -p /etc/systemd/system/$u.service.d
  printf '[Service]\nSystemCallFilter=~adjtimex:0 clock_adjtime:0 clock_settime:0 settimeofday:0\n' >/etc/systemd/system/$u.service.d/lab.conf
done
echo Environment=LD_PRELOAD=/usr/local/lib/still.so >>/etc/systemd/system/openntpd.service.d/lab.conf
systemctl daemon-reload`;

const startServer =
  "systemd-run -q --unit=clockd -p CapabilityBoundingSet=~CAP_SYS_TIME ip netns exec clock /usr/local/sbin/clockd -x -d -f /etc/clockd.conf";

/** A time server of the host's own, in a network of its own; and what each client is told of it. */
const timeServer = `cd /root; apt-get -qq download chrony 2>/dev/null; dpkg-deb --fsys-tarfile chrony_*.deb | tar -xO ./usr/sbin/chronyd >/usr/local/sbin/clockd
chmod +x /usr/local/sbin/clockd; printf 'local stratum 5\nallow all\ncmdport 0\nbindcmdaddress /\npidfile /run/clockd.pid\nuser root\n' >/etc/clockd.conf
ip netns add clock; ip link add clock0 type veth peer name eth0 netns clock; ip addr add 192.0.2.2/24 dev clock0; ip link set clock0 up
ip -n clock addr add ${server}/24 dev eth0; ip -n clock link set eth0 up
${startServer}
mkdir -p /etc/ntpsec /etc/openntpd /etc/chrony
printf 'tos minclock 1 minsane 1\nserver ${server} iburst\nrestrict 127.0.0.1\n' >/etc/ntpsec/ntp.conf
echo 'server ${server}' >/etc/openntpd/ntpd.conf
printf 'server ${server} iburst\ndriftfile /var/lib/chrony/chrony.drift\n' >/etc/chrony/chrony.conf`;

/** Beside the client that is there: the packages exclude each other, hosts that were put together by hand do not. */
const addChrony = "cd /root; dpkg --force-conflicts --force-depends --force-confold -i chrony_*.deb >/dev/null 2>&1";
const chronyGoes = "dpkg --purge chrony >/dev/null 2>&1; systemctl daemon-reload";

describe.skipIf(why !== undefined)(`the clients of NTP${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    inventory = readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none");
    writeFileSync(place.inventory, inventory);
    await place.onHost(
      1,
      `set -e; apt-get -qq update; rm /run/systemd/container\n${nothingLeftToSteer}\n${stillClock}\n${timeServer}`,
    );
  });
  afterAll(() => place.remove());
  afterEach(() => writeFileSync(place.inventory, inventory));

  it("may be ntpsec alone, whose server is its own matter, and what it says of the clock is believed", async () => {
    await place.onHost(1, `${apt} install ntpsec >/dev/null 2>&1`);
    await heals();
    expect(await place.onHost(1, "ntpq -pn | grep '^[*]'")).toContain(server);
    await place.onHost(1, "systemctl stop clockd; systemctl restart ntpsec");
    expect(await planned()).toContain("The clock is in sync");
    writeFileSync(place.inventory, `${inventory}time: { servers: ["${server}"] }\n`);
    expect(await planned()).toContain("ntpsec.service keeps the clock, and Drover does not write its configuration");
  });

  it("is started where somebody stopped it, and again after a reboot where somebody switched it off", async () => {
    for (const upset of ["stop", "disable"]) {
      await place.onHost(1, `pidof clockd >/dev/null || ${startServer}\nsystemctl -q ${upset} ntpsec`);
      expect(await planned()).toContain("ntpsec.service keeps the clock, now and after a reboot");
      await heals();
      expect(await states("ntpsec")).toBe("active enabled");
    }
  });

  it("are never two: the one that runs stays, and the other gets its place back by reset", async () => {
    await place.onHost(1, addChrony);
    for (const [stays, goes] of [
      ["chrony", "ntpsec"],
      ["ntpsec", "chrony"],
    ] as const) {
      // Each one's unit stops the other; both are to start at the next boot.
      await place.onHost(1, `systemctl start ${stays}`);
      expect(await states(stays, goes)).toBe("active enabled\ninactive enabled");
      expect(await planned()).toContain(`${goes}.service no longer moves the clock beside ${stays}.service`);
      await heals();
      expect(await states(stays, goes, "ntp")).toBe(
        `active enabled\ninactive disabled\n${stays === "ntpsec" ? "active alias" : "inactive not-found"}`,
      );
      expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
      expect(await states(stays, goes)).toBe("active enabled\ninactive enabled");
    }
    await place.onHost(1, `${chronyGoes}; ${apt} purge ntpsec >/dev/null 2>&1`);
  });

  it("may be OpenNTPD, which needs minutes from its start until it calls the clock in sync", async () => {
    await place.onHost(1, `${apt} install openntpd >/dev/null 2>&1; systemctl restart openntpd`);
    expect(await planned()).toContain("The clock is in sync, which OpenNTPD says some minutes after its start");
    await heals();
    expect(await place.onHost(1, "ntpctl -s status")).toContain("clock synced");
  });
});
