import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host with a network card of its own beside the lab's, on which a real DHCP server names a nameserver that is
 * nowhere. Each real program that writes /etc/resolv.conf takes a lease there: plan says who is told what, up heals it, the next
 * lease does not bring the wrong server back, and reset gives the program its files back.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-resolvers", bridge: "drover45", net: "10.145.0", prefix: "r" },
  1,
);

const nowhere = "192.0.2.99";
const os = ["--only", "os"] as const;

/** A card with a cable to a DHCP server, both in this host: systemd-networkd serves at the other end. */
const dhcpNetwork = `set -e
cat >/etc/systemd/network/50-dhcp0.network <<'END'
[Match]
Name=dhcp0
[Network]
Address=192.0.2.1/24
DHCPServer=yes
LinkLocalAddressing=no
[DHCPServer]
DNS=${nowhere}
EmitRouter=no
END
networkctl reload
ip link add lan0 type veth peer name dhcp0; ip link set dhcp0 up; ip link set lan0 up`;

const apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0";
const add = (names: string) => `${apt} install ${names} >/dev/null 2>&1`;
const purge = (names: string) => `${apt} purge ${names} >/dev/null 2>&1`;

/** A file of nobody's, for whoever takes it. */
const plainFile = "rm -f /etc/resolv.conf; echo 'nameserver 10.145.0.1' >/etc/resolv.conf";
/** Waits half a minute and more for a condition. */
const until = (condition: string) => `n=0; until ${condition}; do n=$((n + 1)); [ $n -lt 120 ]; sleep 0.5; done`;
const untilWrong = until(`grep -qs ${nowhere} /etc/resolv.conf`);
const endDhcpcd = `for f in /run/dhcpcd/*.pid; do kill "$(cat "$f")"; done; ${until("! ls /run/dhcpcd/*.pid >/dev/null 2>&1")}`;
const startDhcpcd = `dhcpcd -q -4 -t 60 lan0 2>/dev/null; ${until("ip -4 addr show lan0 | grep -q inet")}; sleep 1`;

interface Owner {
  readonly name: string;
  /** The program takes a lease, and the wrong server stands in the file. */
  readonly setUp: string;
  readonly planned: string;
  /** One more lease, from the beginning. */
  readonly newLease: string;
  readonly leave: string;
}

const owners: readonly Owner[] = [
  {
    name: "systemd-resolved, which netplan and systemd-networkd tell",
    setUp: `printf 'network: { version: 2, ethernets: { lan0: { dhcp4: true, link-local: [], dhcp4-overrides: { use-routes: false } } } }\n' >/etc/netplan/60-lan.yaml
chmod 600 /etc/netplan/60-lan.yaml; netplan generate; networkctl reload; networkctl reconfigure lan0
${until(`grep -qs ${nowhere} /run/systemd/resolve/resolv.conf`)}`,
    planned: "systemd-resolved asks 10.145.0.1",
    newLease: "networkctl reconfigure lan0; networkctl renew lan0; sleep 1",
    leave: "rm /etc/netplan/60-lan.yaml; netplan generate; networkctl reload; ip addr flush dev lan0",
  },
  {
    name: "NetworkManager",
    setUp: `${add("network-manager")}; systemctl -q disable --now systemd-resolved; ${plainFile}
printf '[keyfile]\nunmanaged-devices=interface-name:dhcp0\n' >/etc/NetworkManager/conf.d/00-lab.conf
printf '[main]\ndns=default\nrc-manager=file\n' >/etc/NetworkManager/conf.d/10-dns.conf
systemctl restart NetworkManager
nmcli connection add type ethernet ifname lan0 con-name lan ipv4.method auto ipv6.method disabled ipv4.never-default yes >/dev/null
nmcli -w 60 connection up lan >/dev/null; ${untilWrong}`,
    planned: "NetworkManager puts 10.145.0.1 into /etc/resolv.conf",
    newLease: "systemctl restart NetworkManager; nmcli -w 60 connection up lan >/dev/null; sleep 1",
    leave: `nmcli connection delete lan >/dev/null; systemctl -q disable --now NetworkManager; ${plainFile}
${purge("network-manager")}; ip addr flush dev lan0`,
  },
  {
    name: "dhcpcd without a service, as ifupdown starts it on Debian 13,",
    setUp: `${purge("systemd-resolved")}; ${plainFile}; ${add("dhcpcd-base")}; ${startDhcpcd}; ${untilWrong}`,
    planned: "dhcpcd leaves /etc/resolv.conf as it is",
    newLease: `for f in /run/dhcpcd/*.pid; do kill -HUP "$(cat "$f")"; done; sleep 2; ${endDhcpcd}; ${startDhcpcd}`,
    leave: `${endDhcpcd}; ${plainFile}`,
  },
  {
    name: "openresolv, which dhcpcd tells,",
    setUp: `${add("openresolv")}; ${startDhcpcd}; ${untilWrong}`,
    planned: "openresolv puts 10.145.0.1 into /etc/resolv.conf",
    newLease: `${endDhcpcd}; ${startDhcpcd}`,
    leave: `${endDhcpcd}; ${purge("openresolv")}; ${plainFile}`,
  },
  {
    name: "Debian's resolvconf, which dhcpcd tells,",
    // Its postinst takes what systemd-resolved left in /run for a resolver that runs.
    setUp: `rm -rf /run/systemd/resolve; ${add("resolvconf")}; ${startDhcpcd}; ${untilWrong}`,
    planned: "resolvconf puts 10.145.0.1 into /etc/resolv.conf",
    newLease: `${endDhcpcd}; ${startDhcpcd}`,
    leave: `${endDhcpcd}; ${purge("resolvconf dhcpcd-base")}; ${plainFile}`,
  },
];

/** What the kubelet hands to pods: RKE gives it the file behind systemd-resolved's stub where that runs. */
const kubeletSees =
  "if systemctl is-active -q systemd-resolved; then cat /run/systemd/resolve/resolv.conf; else cat /etc/resolv.conf; fi";

/** Files of those who write resolv.conf, without the times: the programs write some of them anew. */
const ownFiles =
  "cd /etc; find NetworkManager/conf.d netplan systemd/resolved.conf.d resolvconf* dhcpcd* -type f -exec sha256sum {} + 2>/dev/null; true";

describe.skipIf(why !== undefined)(
  `a host whose nameservers come by DHCP${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      const inventory = readFileSync(place.inventory, "utf8")
        .replace("search: []", "search: [gpu.lab]")
        .replace("source: distribution", "source: none");
      writeFileSync(place.inventory, inventory);
      await place.onHost(1, `${dhcpNetwork}; apt-get update -qq`);
    });
    afterAll(() => place.remove());

    it.each(owners)("is told the inventory's by way of $name and keeps them over the next lease", async (owner) => {
      await place.onHost(1, `set -e; ${owner.setUp}`);
      const before = await place.onHost(1, ownFiles);
      expect(flat((await place.drover("plan", ...os)).stdout)).toContain(owner.planned);
      expect((await place.drover("up", "--yes", ...os, "--skip-check", "docker/provided")).code).toBe(0);
      await place.onHost(1, `set -e; ${owner.newLease}`);
      const left = await place.drover("plan", "--exit-code", ...os);
      expect(`${left.code} ${flat(left.stdout)}`).toMatch(/^0 Nothing to do/);
      const seen = await place.onHost(1, kubeletSees);
      expect(seen.match(/^nameserver \S+/m)?.[0]).toBe("nameserver 10.145.0.1");
      expect(seen).toMatch(/^search gpu\.lab$/m);
      expect(seen).not.toMatch(/^nameserver 127\.0\.0\.53/m);
      expect(await place.onHost(1, "timeout 30 getent hosts r1.lab")).toContain("10.145.0.11");
      expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
      expect(await place.onHost(1, ownFiles)).toBe(before);
      await place.onHost(
        1,
        `set -e; ${owner.newLease}; cat /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null | grep -q ${nowhere}; ${owner.leave}`,
      );
    });
  },
);
