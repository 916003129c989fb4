import { describe, expect, it } from "vitest";
import { healthy, resultsOf } from "./check-files.ts";

type Written = Parameters<typeof resultsOf>[0];

const answers = (fact: string, parts: Readonly<Record<string, string>>): Written => ({ answers: { [fact]: parts } });
const ufw = (...rules: readonly string[]) => answers("firewall", { ufw: ["active", ...rules, ""].join("\n") });
const firewalld = (...rules: readonly string[]) =>
  answers("firewall", { firewalld: ["active", ...rules, ""].join("\n") });
const open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n";
const closed = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Wed Sep 10 18:36:04 UTC 2025\n";

function gpu(deviceId: string, licence: string): Written {
  return {
    host: { gpu: true },
    answers: {
      gpus: { devices: `0000:19:00.0 0x${deviceId} 0x030200 nvidia de10${deviceId} 16 16\ndone\n` },
      gpuDriver: { loaded: "580.95.05\n", library: "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.580.95.05\n", licence },
    },
  };
}

const routed = (...list: readonly object[]) =>
  answers("network", { routes: JSON.stringify([{ dst: "10.125.0.0/24", dev: "eth0", scope: "link" }, ...list]) });
const overTwo = {
  ...{ protocol: "static", flags: [] },
  nexthops: [
    { gateway: "10.125.0.1", dev: "eth0", weight: 1, flags: [] },
    { gateway: "10.126.0.1", dev: "eth1", weight: 1, flags: [] },
  ],
};

const routes = JSON.stringify([
  { dst: "default", gateway: "10.125.0.1", dev: "eth0", flags: [] },
  { dst: "10.125.0.0/24", dev: "eth0", scope: "link", flags: [] },
  { dst: "172.17.8.0/24", gateway: "10.125.0.254", dev: "eth0", flags: [] },
]);

const halves = ["0.0.0.0/1", "128.0.0.0/1"].map((dst) => ({ dst, gateway: "10.8.0.1", dev: "tun0" }));

/** Docker publishes these ports for containers. */
function listening(...ports: readonly string[]): string {
  const rows = ports.map(
    (port) => `tcp LISTEN 0 4096 0.0.0.0:${port} 0.0.0.0:* users:(("docker-proxy",pid=4711,fd=7))\n`,
  );
  return rows.join("") + (healthy["ports"]?.["listening"] ?? "");
}

const servers = { nameservers: ["10.0.0.9"], search: [] };
const servers4 = [1, 2, 3, 4].map((last) => `nameserver 10.0.0.${last}\n`).join("");
const four = answers("resolver", { conf: servers4, real: servers4 });

/** A host with 15 GiB free beside a disk of its own for data. */
const onData = {
  mounts: "/ /dev/sda2 ext4 shared rw,relatime\n/data /dev/sdb1 ext4 shared rw,relatime\n",
  space:
    "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda2 264212084 1 15728640 94% /\n/dev/sdb1 264212084 1 200000000 1% /data\n",
};

/** Hosts that look odd; for each the checks that have something to say, where any has. */
const cases: readonly (readonly [name: string, written: Written, found?: readonly string[]])[] = [
  ["a host that calls itself in capital letters", answers("machine", { hostname: "K1\n" })],
  ["localhost in capital letters", answers("resolver", { hosts: "127.0.0.1 LOCALHOST\n" })],
  ["ufw with lists and ranges of ports", ufw("ufw allow 22,2379:2380,6443,10250/tcp", "ufw allow 8472/udp")],
  ["ufw with ports of both protocols", ufw("ufw allow 2379:2380", "ufw allow 6443", "ufw allow log 10250,8472")],
  ["ufw with everything from the hosts' network", ufw("ufw allow from 10.125.0.0/24 comment 'all hosts'")],
  ["ufw with everything from a network of IPv6", ufw("ufw allow from 2001:db8:7d::/64")],
  ["ufw with everything on the card that the hosts share", ufw("ufw allow in on eth1")],
  ["ufw with everything on a card from a network", ufw("ufw allow in on bond0.40 log from 10.125.0.0/24")],
  ["ufw that allows all", ufw("ufw allow to any")],
  ["ufw with all of each protocol", ufw("ufw allow to any proto tcp", "ufw allow from 10.0.0.0/8 proto udp")],
  [
    "ufw as Drover leaves it",
    ufw(
      "ufw allow from 10.125.0.12 to any port 10250 proto tcp comment 'drover'",
      "ufw allow from 10.125.0.12 to any port 8472 proto udp comment 'drover'",
      "ufw allow from 10.125.0.12 to any port 2379:2380 proto tcp comment 'drover'",
      "ufw allow 6443/tcp comment 'drover'",
      "ufw allow from 10.42.0.0/16 comment 'drover'",
    ),
  ],
  ["firewalld with ranges", firewalld("2379-2380/tcp", "6443/tcp", "10000-10999/tcp", "8472/udp")],
  [
    "firewalld as Drover leaves it",
    firewalld(
      'rule family="ipv4" source address="10.125.0.12" port port="10250" protocol="tcp" accept',
      'rule family="ipv4" source address="10.125.0.12" port port="8472" protocol="udp" accept',
      'rule family="ipv6" source address="2001:db8::12" port port="2379-2380" protocol="tcp" accept',
      'rule port port="6443" protocol="tcp" accept',
    ),
  ],
  ["firewalld that accepts all", firewalld("22/tcp", "accept")],
  ["firewalld with everything from a host", firewalld('rule family="ipv4" source address="10.125.0.12" accept')],
  ["a V100 with the proprietary module", gpu("1db5", closed)],
  ["a T4 with the open module", gpu("1eb8", open)],
  ["a T4 with the proprietary module", gpu("1eb8", closed)],
  ["a GPU that no table knows, with the open module", gpu("3fff", open)],
  [
    "an NVSwitch without a driver",
    answers("gpus", { devices: "0000:a1:00.0 0x22a3 0x068000 none de10a322 2 2\ndone\n" }),
  ],
  [
    "Fabric Manager of the driver's version",
    {
      host: { gpu: true },
      answers: {
        gpus: {
          devices:
            "0000:19:00.0 0x2330 0x030200 nvidia de103023 16 16\n0000:a1:00.0 0x22a3 0x068000 nvidia-nvswitch de10a322 2 2\ndone\n",
        },
        gpuDriver: {
          loaded: "570.158.01\n",
          library: "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.570.158.01\n",
          licence: open,
          fm: "570.158.01-1\n",
          fmActive: "active\n",
        },
      },
    },
  ],
  [
    "NTPsec, which systemd calls ntp.service too",
    answers("clock", { clients: "inactive\ninactive\nactive\nactive\ninactive\ninactive\ninactive\n" }),
  ],
  ["unattended upgrades of none", answers("upkeep", { unattended: "v=''\n", held: "" })],
  [
    "RKE's port check, which was cut",
    {
      answers: {
        ports: { listening: listening("6443", "10250", "80") },
        docker: { containers: "rke-cp-port-listener\nrke-worker-port-listener\n" },
      },
    },
    ["docker/containers"],
  ],
  ["a container on ports that nobody needs", answers("ports", { listening: listening("8080") })],
  ["a VPN that takes all of the host's traffic, by two halves", routed({ dst: "default", dev: "eth0" }, ...halves)],
  [
    "a network of Docker's own in the pods' range",
    routed({ dst: "default", dev: "eth0" }, { dst: "10.42.9.0/24", dev: "br-0123456789ab" }),
  ],
  ["more nameservers than are used, where the inventory names its own", { ...four, cluster: { dns: servers } }],
  ["more nameservers than are used", four, ["dns/too-many"]],
  [
    "Docker's data on a large disk of the inventory's, beside a small one",
    { ...answers("disks", onData), cluster: { docker: { dataRoot: "/data/docker" } } },
  ],
  ["a small disk for Docker's data", answers("disks", onData), ["disk/images"]],
  [
    "Docker Hub behind a proxy that answers",
    {
      ...answers("reach", { tried: "0 0\ndone\n" }),
      cluster: { registries: [], proxy: { http: "http://proxy.lan:3128", no: [] } },
    },
  ],
  ["a clock out of step", answers("clock", { synchronised: "5\n" }), ["clock/synchronised"]],
  [
    "a container whose clock nobody keeps",
    { answers: { clock: { synchronised: "5\n" }, machine: { virt: "systemd-nspawn\n" } } },
    ["os/container"],
  ],
  ["a time service that the kernel says nothing of", answers("clock", { synchronised: "\n" })],
  [
    "PTP beside chrony",
    answers("clock", { clients: "active\ninactive\ninactive\ninactive\ninactive\nactive\nactive\n" }),
  ],
  ["strict reverse paths, without Calico", answers("kernel", { parameters: parameter("rp_filter", 1) })],
  [
    "loose reverse paths, with Calico",
    { ...answers("kernel", { parameters: parameter("rp_filter", 2) }), cluster: withPlugin("calico") },
  ],
  ["no VXLAN, with Calico", { ...answers("kernel", { modules: modules("vxlan") }), cluster: withPlugin("calico") }],
  ["a kernel of 5.4", answers("os", { kernel: "5.4.0-216-generic\n" })],
  ["a kernel of 5.10", answers("os", { kernel: "5.10.0-35-arm64\n" })],
  ["arm64", answers("os", { architecture: "arm64\n" })],
  ["a kernel that does not count watchers", answers("kernel", { parameters: parameter("max_user_instances", 129) })],
  [
    "a route into Docker's range, which the inventory moved",
    { ...answers("network", { routes }), cluster: { docker: { daemon: { bip: "192.168.254.1/24" } } } },
  ],
  ["a route into Docker's range", answers("network", { routes }), ["network/docker-range"]],
  ["a default route over two gateways at once", routed({ dst: "default", ...overTwo })],
  [
    "a route over two gateways into the pods' range",
    routed({ dst: "default", dev: "eth0" }, { dst: "10.42.128.0/17", ...overTwo }),
    ["network/pod-range"],
  ],
  [
    "a default route of a VPN's own table, as wg-quick makes it",
    routed(
      { dst: "default", dev: "wg0", table: "51820" },
      { dst: "default", gateway: "10.125.0.1", dev: "eth0", metric: 100 },
    ),
  ],
  [
    "no default route but that of a table",
    routed({ dst: "default", dev: "eth0", table: "100" }),
    ["network/default-route"],
  ],
  [
    "a default route over IPv6's neighbours",
    routed({ dst: "default", via: { family: "inet6", host: "fe80::1" }, dev: "eth0" }),
  ],
  [
    "a black hole for the pods' range, as Calico makes it",
    routed({ dst: "default", dev: "eth0" }, { type: "blackhole", dst: "10.42.0.0/26" }),
  ],
  ["the card that the inventory names", { cluster: { rke: { network: { options: { flannel_iface: "eth0" } } } } }],
  ["an internal address that is there", { host: { address: "198.51.100.7", internalAddress: "10.125.0.11" } }],
  [
    "unattended upgrades that hold what matters",
    answers("upkeep", { unattended: "v='1'\n", held: "docker.io\n" }),
    ["upkeep/unattended-upgrades"],
  ],
  ["unattended upgrades that are off", answers("upkeep", { unattended: "v='0'\n" })],
  ["cloud-init that was turned off", answers("upkeep", { cloud: "status: disabled\n" })],
  ["cloud-init that is done", answers("upkeep", { cloud: "\nstatus: done\n" })],
  ["a mount of fuse that holds no data of the cluster", answers("disks", { mounts: mounts("/mnt/s3 s3fs fuse.s3fs") })],
  [
    "containers' own file systems through FUSE",
    answers("disks", { mounts: mounts("/var/lib/lxcfs lxcfs fuse.lxcfs") }),
  ],
  ["btrfs", answers("disks", { mounts: mounts("/var/lib/docker /dev/sdb1 btrfs") })],
];

function parameter(name: string, value: number): string {
  const text = healthy["kernel"]?.["parameters"] ?? "";
  return text.replace(new RegExp(`(${name}) \\d+`), `$1 ${value}`);
}

function modules(missing: string): string {
  return (healthy["kernel"]?.["modules"] ?? "").replace(`${missing} loaded`, `${missing} missing`);
}

function withPlugin(plugin: string) {
  return { rke: { network: { plugin, options: {} } } };
}

function mounts(more: string): string {
  return `${healthy["disks"]?.["mounts"] ?? ""}${more} shared rw,relatime\n`;
}

describe("the checks, on hosts that look odd", () => {
  it.each(cases.map(([name, written, found = []]) => [name, written, found] as const))("%s", (_, written, found) => {
    const told = resultsOf(written).filter(({ verdict }) => verdict !== "ok");
    expect([...new Set(told.map(({ check }) => check))]).toEqual(found);
  });
});
