import { describe, expect, it } from "vitest";
import { clockFact } from "../../src/facts/clock.ts";
import { dockerFact } from "../../src/facts/docker.ts";
import { firewallFact } from "../../src/facts/firewall.ts";
import { gpuDriverFact } from "../../src/facts/gpu-driver.ts";
import { gpusFact } from "../../src/facts/gpus.ts";
import { kernelFact } from "../../src/facts/kernel.ts";
import { machineFact } from "../../src/facts/machine.ts";
import { defaultRoutes, networkFact } from "../../src/facts/network.ts";
import { isReachable, portsFact } from "../../src/facts/ports.ts";
import { resolverFact } from "../../src/facts/resolver.ts";
import { swapFact } from "../../src/facts/swap.ts";
import { upkeepFact } from "../../src/facts/upkeep.ts";
import { readReports } from "../../src/mesh/report.ts";

/** An answer as askParts prints it. */
function said(parts: Readonly<Record<string, string>>) {
  const text = Object.entries({ ...parts, end: "" }).map(([name, output]) => `\n-- ${name}\n${output}`);
  return { code: 0, stdout: text.join(""), stderr: "" };
}

describe("Docker, as it says itself", () => {
  const packages = "ii |docker-ce|5:28.3.2-1~ubuntu.22.04~jammy\nend\n";
  const daemon = (info: unknown) => dockerFact.parse(said({ packages, info: JSON.stringify(info) }))?.daemon;

  it.each([
    ["nothing", null],
    ["a text", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock"],
    ["an error in place of its version", { ServerErrors: ["permission denied"], ServerVersion: "" }],
    ["a version that is none", { ServerVersion: { major: 28 } }],
  ])("is not there where docker info prints %s", (_, info) => {
    expect(daemon(info)).toBeUndefined();
  });

  it("is known as far as it tells, by one that tells little", () => {
    expect(daemon({ ServerVersion: "28.3.2", Runtimes: null, SecurityOptions: "none", Containers: -1 })).toEqual({
      version: "28.3.2",
      rootDir: "/var/lib/docker",
      storageDriver: "",
      loggingDriver: "",
      cgroupDriver: "",
      runtimes: [],
      security: [],
      containers: 0,
    });
  });

  it("is of the package's version, without epoch and revision, where no daemon answers", () => {
    expect(dockerFact.parse(said({ packages }))?.installed).toBe("28.3.2");
  });

  it("has no containers with names that no container has", () => {
    const containers = "web\n<no value>\n\u001b[31mred\na b\ndb_1\n";
    expect(dockerFact.parse(said({ packages, containers }))?.containers).toEqual(["web", "db_1"]);
  });
});

describe("GPUs on the bus", () => {
  const gpus = (...rows: readonly string[]) =>
    gpusFact.parse(
      said({ devices: `${rows.join("\n")}\ndone\n`, names: "0000:01:00.0 3D controller: Somebody else's\n" }),
    );

  it.each([
    ["without an id", "0000:01:00.0 - 0x030200 nvidia de100000 16 16"],
    ["with an id that is none", "0000:01:00.0 0xzzzz 0x030200 nvidia de100000 16 16"],
    ["at an address that is none", "$(reboot) 0x2335 0x030200 nvidia de103523 16 16"],
    ["of another class", "0000:01:00.3 0x1ad9 0x0c0330 xhci_hcd de10d91a 4 4"],
    ["that bridges, and is no NVSwitch", "0000:01:00.0 0x10c1 0x068000 none de10c110 1 1"],
    ["in half a line", "0000:01:00.0"],
  ])("leave out what is %s", (_, row) => {
    expect(gpus(row)).toEqual([]);
  });

  it("have no driver and no lanes where the kernel tells none, and a name by their id", () => {
    expect(gpus("0000:01:00.0 0x2335 0x030200 none de103523 - -")).toEqual([
      {
        pciAddress: "0000:01:00.0",
        vendorId: "10de",
        deviceId: "2335",
        model: "NVIDIA H200 SXM 141GB",
        kind: "gpu",
        driver: undefined,
        lost: false,
        lanes: undefined,
        maxLanes: undefined,
      },
    ]);
  });

  it("are known in a domain beyond the first, as behind a VMD", () => {
    expect(gpus("10000:01:00.0 0x26b9 0x030200 vfio-pci de10b926 8 16")).toMatchObject([
      { pciAddress: "10000:01:00.0", driver: "vfio-pci", lanes: 8 },
    ]);
  });
});

describe("the driver of the GPUs", () => {
  const driver = (parts: Readonly<Record<string, string>>) => gpuDriverFact.parse(said(parts));

  it.each([
    ["NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build", "open"],
    ["NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  570.158.01  Release Build", "open"],
    ["NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.261.03  Tue Jul  8 2025", "proprietary"],
  ])("%s", (licence, flavour) => {
    expect(driver({ loaded: "580.95.05\n", licence: `${licence}\n` })?.flavour).toBe(flavour);
    expect(driver({ licence: `${licence}\n` })?.flavour).toBeUndefined();
  });

  it.each([
    ["570.158.01-0ubuntu0.24.04.1\n", "570.158.01"],
    ["570.158.01-1\n", "570.158.01"],
    ["580.95.05\n", "580.95.05"],
    ["\n", undefined],
    ["unknown ok not-installed\n", undefined],
  ])("has a Fabric Manager of the package's version: %j", (fm, version) => {
    expect(driver({ fm })?.fabricManager.version).toBe(version);
  });

  it.each([
    ["   1\n", true],
    ["   0\n", false],
    ["0\n", false],
    ["", undefined],
    [" 255\n", undefined],
  ])("knows of Secure Boot what the firmware says: %j", (secure, is) => {
    expect(driver({ secure })?.secureBoot).toBe(is);
  });

  it.each([
    ["/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.95.05\n", "580.95.05"],
    ["/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.570.158.01\n", "570.158.01"],
    ["/usr/lib64/libnvidia-ml.so.1\n", "1"],
    ["/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.old\n", undefined],
  ])("has libraries of the version that their file is named by: %j", (library, version) => {
    expect(driver({ library })?.library).toBe(version);
  });
});

describe("the clock", () => {
  const clock = (parts: Readonly<Record<string, string>>) =>
    clockFact.parse(said({ now: "1795246018759\n", ...parts }));

  it.each([
    ["0", true],
    ["4", true],
    ["5", false],
    ["-1", undefined],
    ["", undefined],
    ["Can't locate POSIX.pm", undefined],
  ])("is in step or not by the kernel's word alone: %j", (synchronised, is) => {
    expect(clock({ synchronised })?.synchronised).toBe(is);
  });

  it.each([
    ["chrony", "active inactive inactive inactive inactive inactive inactive"],
    ["", "inactive failed activating deactivating inactive unknown inactive"],
    ["ntpsec", "inactive inactive active active inactive inactive inactive"],
    ["ntp", "inactive inactive active inactive inactive inactive inactive"],
    ["systemd-timesyncd ntp openntpd", "inactive active active inactive active inactive inactive"],
    ["", "active active"],
    ["", "Failed to connect to bus: No such file or directory"],
  ])("is kept by those that run, each once, or by nobody that is known: %j", (names, states) => {
    expect(clock({ clients: states.replaceAll(" ", "\n") })?.clients).toEqual(names.split(" ").filter(Boolean));
  });

  it.each(["", "now", "1795246018", "1795246018%3N", "-795246018759", "17952460187590"])(
    "is unknown where date prints %j",
    (now) => {
      expect(clock({ now })).toBeUndefined();
    },
  );
});

describe("the network", () => {
  const network = (addresses: unknown, routes: unknown = [], speeds = "") =>
    networkFact.parse(said({ addresses: JSON.stringify(addresses), routes: JSON.stringify(routes), speeds }));

  it("has cards also where they tell next to nothing", () => {
    expect(network([{ ifname: "ib0" }, {}, null, "eth0", { ifname: "" }])?.nics).toEqual([
      { name: "ib0", mac: "", mtu: 0, speedMbit: undefined, up: false, virtual: false, addresses: [] },
    ]);
  });

  it("has addresses of IPv6, those of the link alone left out", () => {
    const addr_info = [
      { family: "inet6", local: "2001:db8::5", prefixlen: 64, scope: "global", dynamic: true },
      { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" },
      { family: "inet", local: "10.0.0.5", scope: "global" },
    ];
    expect(network([{ ifname: "eno1", flags: ["UP"], addr_info }])?.nics[0]).toMatchObject({
      up: false,
      addresses: [{ cidr: "2001:db8::5/64", family: 6, dynamic: true }],
    });
  });

  it.each([
    ["10000", 10_000],
    ["-1", undefined],
    ["0", undefined],
    ["4294967295", 4_294_967_295],
    ["Invalid argument", undefined],
  ])("has a card of the speed that the kernel tells: %s", (speed, speedMbit) => {
    expect(network([{ ifname: "eno1" }], [], `eno1 no ${speed}\n`)?.nics[0]?.speedMbit).toBe(speedMbit);
  });

  it("takes a route over several gateways for one over each, as `ip -j route` prints it", () => {
    const nexthops = [
      { gateway: "10.9.0.1", dev: "d0", weight: 1, flags: [] },
      { gateway: "10.9.1.1", dev: "d1", weight: 1, flags: [] },
    ];
    const found = network([], [{ dst: "default", protocol: "static", flags: [], metric: 20, nexthops }]);
    expect(found?.routes).toEqual([
      { dst: "default", dev: "d0", via: "10.9.0.1", source: undefined, metric: 20, table: undefined },
      { dst: "default", dev: "d1", via: "10.9.1.1", source: undefined, metric: 20, table: undefined },
    ]);
  });

  it("leads out by the main table alone, whatever the metrics of others are", () => {
    const found = network(
      [],
      [
        { dst: "default", dev: "wg0", table: "51820" },
        { dst: "default", gateway: "10.0.0.1", dev: "eno1", metric: 1024 },
      ],
    );
    expect(found && defaultRoutes(found).map(({ dev }) => dev)).toEqual(["eno1"]);
    expect(found?.routes.map(({ table }) => table)).toEqual(["51820", undefined]);
  });

  it("is unknown where ip prints no list, as one without -j does", () => {
    expect(networkFact.parse(said({ addresses: 'Option "-j" is unknown, try "ip -help".\n' }))).toBeUndefined();
    expect(network({ ifname: "eth0" })).toBeUndefined();
  });
});

describe("ports", () => {
  const ports = (...rows: readonly string[]) => portsFact.parse(said({ listening: `${rows.join("\n")}\ndone\n` }));

  it.each([
    ['tcp LISTEN 0 4096 *:10250 *:* users:(("kubelet",pid=9,fd=12))', "*", 10_250, true],
    ['tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4))', "[::]", 22, true],
    ["tcp LISTEN 0 128 [::1]:631 [::]:*", "[::1]", 631, false],
    ["tcp LISTEN 0 128 [::ffff:127.0.0.1]:8005 *:*", "[::ffff:127.0.0.1]", 8005, false],
    ["udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*", "127.0.0.53%lo", 53, false],
    ["udp UNCONN 0 0 [fe80::1]%eno1:546 [::]:*", "[fe80::1]%eno1", 546, true],
  ])("%s", (row, address, port, reachable) => {
    const [found] = ports(row) ?? [];
    expect(found).toMatchObject({ address, port });
    expect(found && isReachable(found)).toBe(reachable);
  });

  it("are known without their program, and lines of other kinds are left out", () => {
    expect(
      ports("tcp LISTEN 0 5 0.0.0.0:2379 0.0.0.0:*", "sctp LISTEN 0 5 0.0.0.0:1 0.0.0.0:*", "tcp LISTEN 0 5 nothing x"),
    ).toEqual([{ protocol: "tcp", address: "0.0.0.0", port: 2379, process: undefined, pid: undefined }]);
  });
});

describe("what else a host says", () => {
  it.each([
    ["v='1'", true],
    ["v='7'", true],
    ["v='1d'", true],
    ["v='12h'", true],
    ["v='30m'", true],
    ["v='always'", true],
    ["v='10'", true],
    ["v='0'", false],
    ["v=''", false],
    ["", false],
    ["E: Syntax error /etc/apt/apt.conf.d/20auto-upgrades:1", false],
  ])("of upgrades by themselves, as apt's timer takes it: %s", (unattended, is) => {
    expect(upkeepFact.parse(said({ unattended: `${unattended}\n` }))?.unattended).toBe(is);
  });

  it.each([
    ["status: done\n", "done"],
    ["status: running\n", "running"],
    ["status: not started\n", "not started"],
    ["status: not run\n", "not run"],
    ["status: disabled\n", "disabled"],
    ["status: error - done\n", "error"],
    ["....\nstatus: done\n", "done"],
    ["", undefined],
  ])("of cloud-init: %j", (cloud, word) => {
    expect(upkeepFact.parse(said({ cloud }))?.cloudInit).toBe(word);
  });

  it.each([
    ["v='1'\n", true],
    ["v='7'\n", true],
    ["v='0'\n", false],
    ["v=''\n", false],
    ["E: broken\n", false],
  ])("of upgrades by themselves: %j", (unattended, is) => {
    expect(upkeepFact.parse(said({ unattended }))?.unattended).toBe(is);
  });

  it("of its nameservers: comments, tabs, IPv6, an empty search list", () => {
    const conf =
      "# nameserver 9.9.9.9\nnameserver\t10.0.0.1 # ours\n;nameserver 1.1.1.1\nnameserver fe80::1%eno1\nnameserver\nsearch\n";
    const found = resolverFact.parse(said({ conf, resolved: "inactive\n" }));
    expect(found).toMatchObject({ nameservers: ["10.0.0.1", "fe80::1%eno1"], search: [] });
  });

  it("of its names: lines without an address or without a name, and Windows' ends of lines", () => {
    const hosts = "127.0.0.1 localhost\r\n\r\n   \n10.0.0.1\n2001:db8::7\tk7 K7.Example.com # new\n";
    expect(resolverFact.parse(said({ conf: "nameserver 10.0.0.1\n", hosts }))?.hosts).toEqual([
      { address: "127.0.0.1", names: ["localhost"] },
      { address: "10.0.0.1", names: [] },
      { address: "2001:db8::7", names: ["k7", "k7.example.com"] },
    ]);
  });

  it("of what it swaps to: also files with blanks, which the kernel writes as \\040, and no number", () => {
    const active =
      "Filename\tType\tSize\tUsed\tPriority\n/swap\\040file file 2097148 0 -2\n/dev/zram0 partition lots 0 100\n";
    expect(swapFact.parse(said({ active }))?.active).toEqual([
      { name: "/swap\\040file", sizeMiB: 2047 },
      { name: "/dev/zram0", sizeMiB: 0 },
    ]);
    expect(swapFact.parse(said({ active: "cat: /proc/swaps: No such file or directory\n" }))).toBeUndefined();
  });

  it("of its kernel: a number that is none is no number, a module that is not told makes all unknown", () => {
    const modules = "br_netfilter loaded\noverlay loaded\nvxlan available\nnf_conntrack loaded\nip_set missing\n";
    const parameters = "kernel/pid_max 4194304\nnet/ipv4/ip_forward\nfs/inotify/max_user_watches lots\n";
    const found = kernelFact.parse(said({ modules, parameters, cgroup: "tmpfs\n", controllers: "cpu\nmemory\n" }));
    expect(found).toMatchObject({
      parameters: { "kernel/pid_max": 4_194_304 },
      cgroup: 1,
      controllers: ["cpu", "memory"],
    });
    expect(kernelFact.parse(said({ modules: modules.replace("vxlan available\n", "") }))).toBeUndefined();
    expect(kernelFact.parse(said({ modules: modules.replace("available", "perhaps") }))).toBeUndefined();
  });

  it("of the machine: ids that are none, and errors of several memory controllers together", () => {
    const parts = {
      hostname: "k1\n",
      cpus: "224\n",
      memory: "2113929216\n",
      edac: "3\n0\n4\n",
      machineId: "uninitialized\n",
    };
    expect(machineFact.parse(said({ ...parts, productUuid: "03000200-0400-0500-0006-000700080009\n" }))).toMatchObject({
      machineId: undefined,
      productUuid: "03000200-0400-0500-0006-000700080009",
      memoryMiB: 2_064_384,
      memoryErrors: 7,
      virtualisation: "unknown",
    });
    expect(machineFact.parse(said({ ...parts, cpus: "nproc: not found\n" }))).toBeUndefined();
  });

  it("of its packet filter: none of iptables, and both of its flavours", () => {
    expect(firewallFact.parse(said({}))).toEqual({
      ...{ ufw: undefined, firewalld: undefined, input: undefined, forward: undefined, inputRules: [] },
      ...{ mixed: false, iptables: false },
    });
    const flavours = "iptables-nft-save\niptables-legacy-save\n";
    expect(firewallFact.parse(said({ flavours, ufw: "active\n" }))).toMatchObject({ mixed: true, ufw: [] });
  });
});

describe("what a host found on its way to others", () => {
  const report = (...rows: readonly string[]) => readReports([...rows, "done", ""].join("\n"), ["k2"])?.[0];

  it.each([
    "k2 tcp 6443 open 400",
    "k2 tcp 6443 - 400",
    "k2 tcp https 0 400",
    "k2 tcp 6443 0",
    "k2 tcp 6443 0 400 more",
    "k2 tcp 6443 0 1e9",
    "k2 TCP 6443 0 400",
    "k3 tcp 6443 0 400",
  ])("is never a port that got through by a line without sense: %s", (row) => {
    expect(report("k2 route 10.0.0.2 eth0 -", row)?.tcp).toEqual([]);
  });

  it.each(["k2 udp 8472 20 all 224 264 470 47", "k2 size big 1500", "k2 size 1500"])(
    "nor a datagram or a size: %s",
    (row) => {
      expect(report(row)).toMatchObject({ udp: [], size: undefined });
    },
  );

  it("is an error of the network by a number that no table knows", () => {
    expect(report("k2 tcp 6443 99 400")?.tcp).toEqual([{ port: 6443, outcome: "unreachable", ms: 0.4 }]);
  });

  it("is nothing where the prober was cut off, or wrote nothing", () => {
    expect(readReports("k2 tcp 6443 0 400\n", ["k2"])).toBeUndefined();
    expect(readReports("", ["k2"])).toBeUndefined();
    expect(readReports("done\n", ["k2"])).toEqual([{ to: "k2", route: undefined, tcp: [], udp: [], size: undefined }]);
  });

  it("has a clock that is behind, and the name of a card that is cut where it has no end", () => {
    expect(report("k2 udp 8472 20 20 224 264 470 -3000000")?.udp[0]?.clockAhead).toBe(-3000);
    expect(report(`k2 route 10.0.0.2 ${"e".repeat(5000)} -`)?.route?.dev).toHaveLength(64);
  });
});
