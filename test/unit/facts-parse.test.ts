import { describe, expect, it } from "vitest";
import { diskOf, disksFact } from "../../src/facts/disks.ts";
import { dockerFact } from "../../src/facts/docker.ts";
import { gpusFact } from "../../src/facts/gpus.ts";
import { defaultRoutes, networkFact } from "../../src/facts/network.ts";
import { isReachable, portsFact } from "../../src/facts/ports.ts";
import { resolverFact } from "../../src/facts/resolver.ts";
import { swapFact } from "../../src/facts/swap.ts";
import { upkeepFact } from "../../src/facts/upkeep.ts";

/** An answer as askParts prints it. */
function said(parts: Readonly<Record<string, string>>) {
  const text = Object.entries({ ...parts, end: "" }).map(([name, output]) => `\n-- ${name}\n${output}`);
  return { code: 0, stdout: text.join(""), stderr: "" };
}

describe("disks", () => {
  const disks = disksFact.parse(
    said({
      mounts: [
        "/ /dev/sda2 ext4 shared rw,relatime",
        "/proc proc proc shared rw",
        "/srv/two\\x20words /dev/sdb1 xfs private rw,noexec",
        "/mnt/share nas:/x nfs4 shared rw",
        "/var/lib/docker/overlay2/x/merged overlay overlay private rw",
      ].join("\n"),
      space:
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda2 1048576 10 524288 2% /\n/dev/sdb1 2048 0 2048 0% /srv/two words\n",
      inodes:
        "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda2 1000 10 990 1% /\n/dev/sdb1 - - - - /srv/two words\n",
      spinning: "/srv/two\\x20words\n",
    }),
  );

  it("are those that keep data, with blanks in their paths", () => {
    expect(disks?.map(({ mount }) => mount)).toEqual(["/", "/srv/two words", "/mnt/share"]);
    expect(disks?.[1]).toMatchObject({ rotational: true, options: ["rw", "noexec"], freeMiB: 2, inodes: undefined });
  });

  it("on other machines are not asked for their size", () => {
    expect(disks?.[2]).toMatchObject({ fstype: "nfs4", sizeMiB: undefined });
  });

  it("are told of where else their device is mounted, but for those that only share a word for one", () => {
    const both = (source: string, other: string) =>
      disksFact
        .parse(
          said({
            mounts: `/data ${source} ext4 shared rw\n/var/lib/docker ${other} ext4 shared rw\n`,
            space: `Filesystem 1024-blocks Used Available Capacity Mounted on\n${source} 4096 0 2048 50% /data\n`,
            inodes: `Filesystem Inodes IUsed IFree IUse% Mounted on\n${source} 100 10 90 10% /data\n`,
            spinning: "/data\n",
          }),
        )
        ?.at(-1);
    const whole = { sizeMiB: 4, freeMiB: 2, inodes: 100, freeInodes: 90, rotational: true };
    expect(both("/dev/sdb1", "/dev/sdb1[/docker]")).toMatchObject({ ...whole, device: "/dev/sdb1[/docker]" });
    expect(both("/dev/mapper/vg-a\\x20b", "/dev/mapper/vg-a\\x20b[/x]")).toMatchObject(whole);
    expect(both("/dev/sdb1[/one]", "/dev/sdb1[/two]")).toMatchObject(whole);
    const unknown = { sizeMiB: undefined, freeMiB: undefined, inodes: undefined, rotational: false };
    expect(both("/dev/sdb1", "/dev/sdb10")).toMatchObject(unknown);
    expect(both("none", "none")).toMatchObject(unknown);
    expect(both("pool", "pool[/docker]")).toMatchObject(unknown);
  });

  it("hold a path by the longest mount point above it", () => {
    expect(diskOf(disks ?? [], "/srv/two words/a")?.device).toBe("/dev/sdb1");
    expect(diskOf(disks ?? [], "/srv/two words-not")?.device).toBe("/dev/sda2");
  });
});

describe("the network", () => {
  const network = networkFact.parse(
    said({
      addresses: JSON.stringify([
        { ifname: "lo", flags: ["UP"], mtu: 65536, addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8 }] },
        {
          ifname: "eno1",
          flags: ["BROADCAST", "UP", "LOWER_UP"],
          mtu: 1500,
          address: "aa:bb:cc:00:11:22",
          addr_info: [
            { family: "inet", local: "10.0.0.5", prefixlen: 24, scope: "global", dynamic: true },
            { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" },
          ],
        },
      ]),
      routes: JSON.stringify([
        { dst: "default", gateway: "10.0.0.254", dev: "wg0", metric: 500 },
        { dst: "default", gateway: "10.0.0.1", dev: "eno1", metric: 100 },
        { dst: "10.0.0.7", dev: "eno1" },
        { type: "local", dst: "10.0.0.5", dev: "eno1" },
      ]),
      speeds: "lo yes \neno1 no 10000\n",
    }),
  );

  it("has its cards with speed, state and addresses that may change", () => {
    expect(network?.nics).toEqual([
      {
        name: "eno1",
        mac: "aa:bb:cc:00:11:22",
        mtu: 1500,
        speedMbit: 10_000,
        up: true,
        virtual: false,
        addresses: [{ cidr: "10.0.0.5/24", family: 4, dynamic: true }],
      },
    ]);
  });

  it("prefers the default route with the least metric, and knows no local routes", () => {
    expect(network && defaultRoutes(network)[0]?.dev).toBe("eno1");
    expect(network?.routes.map(({ dst }) => dst)).toEqual(["default", "default", "10.0.0.7/32"]);
  });
});

describe("GPUs", () => {
  const devices = [
    "0000:19:00.0 0x2335 0x030200 nvidia de103523 16 16",
    "0000:1a:00.0 0x2335 0x030200 none ffffffff 8 16",
    "0000:1a:00.1 0x22b8 0x040300 snd_hda_intel de10b822 - -",
    "0000:a1:00.0 0x22a3 0x068000 nvidia-nvswitch de10a322 2 2",
    "done",
  ].join("\n");
  const names = "0000:19:00.0 3D controller: NVIDIA Corporation GH100 [H200 SXM 141GB] (rev a1)\n";

  it("are display controllers and NVLink switches, audio left out; one that fell off the bus is told", () => {
    const gpus = gpusFact.parse(said({ devices, names }));
    expect(gpus?.map(({ pciAddress, kind, lost, driver }) => [pciAddress, kind, lost, driver])).toEqual([
      ["0000:19:00.0", "gpu", false, "nvidia"],
      ["0000:1a:00.0", "gpu", true, undefined],
      ["0000:a1:00.0", "nvswitch", false, "nvidia-nvswitch"],
    ]);
    expect(gpus?.[0]).toMatchObject({ model: "NVIDIA H200 SXM 141GB", deviceId: "2335", lanes: 16, maxLanes: 16 });
  });
});

describe("ports", () => {
  it("are listed with the program that holds them; loopback ones cannot be reached", () => {
    const listening = [
      `tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=812,fd=6),("nginx",pid=811,fd=6))`,
      `udp UNCONN 0 0 *:8472 *:*`,
      `tcp LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=1,fd=2))`,
      "done",
    ].join("\n");
    const ports = portsFact.parse(said({ listening }));
    expect(ports?.[0]).toEqual({ protocol: "tcp", address: "0.0.0.0", port: 80, process: "nginx", pid: 812 });
    expect(ports?.map(isReachable)).toEqual([true, true, false]);
  });
});

describe("swap", () => {
  const swap = (partitions: string) =>
    swapFact.parse(said({ active: "Filename\tType\tSize\tUsed\tPriority\n", fstab: "", units: "", partitions }));

  it("comes with the next boot where a partition is found by its type, unless swap.target is masked", () => {
    expect(swap("/dev/sda3\nend\n")).toEqual({ active: [], atBoot: ["/dev/sda3 by its partition type"] });
    expect(swap("masked\n/dev/sda3\nend\n")?.atBoot).toEqual([]);
    expect(swap("end\n")?.atBoot).toEqual([]);
  });
});

describe("Docker", () => {
  it("is known from its package where no daemon answers, and an empty daemon.json is not a missing one", () => {
    const docker = dockerFact.parse(
      said({
        packages: "ii |docker.io|26.1.5+dfsg1-9\nend\n",
        info: "",
        service: "ActiveState=inactive\n",
        json: "\n",
      }),
    );
    expect(docker).toMatchObject({ installed: "26.1.5", daemon: undefined, running: false, daemonJson: "" });
  });
});

describe("names and upkeep", () => {
  it("pods get the servers behind systemd-resolved, not the local one", () => {
    const resolver = resolverFact.parse(
      said({
        conf: "# stub\nnameserver 127.0.0.53\nsearch a.lan b.lan\n",
        real: "nameserver 10.0.0.1\n",
        resolved: "active\n",
        hosts: "127.0.0.1 localhost # here\n",
        cloud: "system true\nend\n",
      }),
    );
    expect(resolver).toEqual({
      nameservers: ["127.0.0.53"],
      search: ["a.lan", "b.lan"],
      resolved: true,
      podNameservers: ["10.0.0.1"],
      hosts: [{ address: "127.0.0.1", names: ["localhost"] }],
      hostsByCloudInit: true,
    });
  });

  it.each([
    ["nobody says so", "end\n", false],
    ["a file says so, and ours after it otherwise", "system false\nend\n", false],
    ["Proxmox's user data says so", "system false\nuser True\nend\n", true],
    ["user data says so, and the template knows our names", "# BEGIN drover\nuser True\nend\n", false],
    ["user data wants 127.0.1.1 back and nothing else", "system true\nuser localhost\nend\n", false],
    ["the files want 127.0.1.1 back, where up puts a file of its own", "system localhost\nend\n", true],
    ["our names are in a template that a file has written out", "# BEGIN drover\nsystem template\nend\n", true],
    ["the answer is cut", "system true\n", false],
  ])("cloud-init takes the hosts' names away: %s", (_, cloud, lost) => {
    const resolver = resolverFact.parse(said({ conf: "", real: "", resolved: "inactive\n", hosts: "", cloud }));
    expect(resolver?.hostsByCloudInit).toBe(lost);
  });

  it("a pending reboot names its packages once each, and the holder of apt's lock is told", () => {
    const upkeep = upkeepFact.parse(
      said({
        reboot: "yes\nlinux-image\nlinux-image\n",
        unattended: "v='1'\n",
        held: "docker-ce\n",
        lock: "812 apt\n",
        cloud: "",
      }),
    );
    expect(upkeep).toMatchObject({
      rebootBecause: ["linux-image"],
      unattended: true,
      held: ["docker-ce"],
      aptLock: "812 apt",
    });
  });
});
