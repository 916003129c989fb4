import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kernelFact } from "../../src/facts/kernel.ts";
import { leftoversFact } from "../../src/facts/leftovers.ts";
import { machineFact } from "../../src/facts/machine.ts";
import { networkFact } from "../../src/facts/network.ts";
import { swapFact } from "../../src/facts/swap.ts";
import { upkeepFact } from "../../src/facts/upkeep.ts";
import { askMachine, isActive, type Machine, machine } from "./machine-double.ts";

describe("an earlier Kubernetes is found", () => {
  const saves = { "iptables-nft-save": "exit 0", "iptables-legacy-save": "exit 0" };
  const left = (has: Machine = {}) =>
    askMachine(leftoversFact, { ...has, programs: { systemctl: isActive(), ...saves, ...has.programs } });

  it.each([
    ["/etc/rancher/k3s/", "k3s"],
    ["/usr/bin/rke2", "rke2"],
    ["/etc/kubernetes/manifests/kube-apiserver.yaml", "kubeadm"],
    ["/var/lib/kubelet/kubeadm-flags.env", "kubeadm"],
    ["/var/snap/microk8s/", "microk8s"],
    ["/var/lib/k0s/", "k0s"],
    ["/etc/kubernetes/ssl/", "rke"],
  ])("by %s", (path, name) => {
    expect(left({ files: { [path]: "" } })?.paths).toEqual({ [name]: [path.replace(/\/$/, "")] });
  });

  it("by what runs, what its network left, its database, and its rules in both packet filters", () => {
    const interfaces = ["cni0", "flannel.1", "cali0a1b2c", "vxlan.calico", "cilium_host", "weave", "kube-ipvs0"];
    const others = ["eth0", "docker0", "lo", "flannel", "mycni0", "weave0", "vxlan"];
    const found = left({
      files: {
        ...Object.fromEntries([...interfaces, ...others].map((name) => [`/sys/class/net/${name}/`, ""])),
        "/etc/cni/net.d/10-flannel.conflist": "",
        "/var/lib/etcd/member/": "",
      },
      programs: {
        systemctl: isActive("kubelet", "k3s-agent"),
        "iptables-nft-save":
          "printf ':INPUT ACCEPT\\n:KUBE-SERVICES - [0:0]\\n:cali-INPUT - [0:0]\\n-A X -m comment --comment of:KUBE-X -j y\\n'",
        "iptables-legacy-save": "printf ':FLANNEL-FWD - [0:0]\\n:MYKUBE-X - [0:0]\\n:CNI-HOSTPORT-DNAT - [0:0]\\n'",
      },
    });
    expect(found).toEqual({
      ...{
        paths: {},
        services: ["k3s-agent", "kubelet"],
        cniConfigs: ["10-flannel.conflist"],
        etcdData: true,
        chains: 4,
      },
      interfaces: interfaces.toSorted(),
    });
  });

  it("nowhere on a machine that never had one", () => {
    const nothing = { paths: {}, services: [], cniConfigs: [], interfaces: [], etcdData: false, chains: 0 };
    expect(left()).toEqual(nothing);
    expect(left({ files: { "/var/lib/etcd/": "", "/etc/cni/net.d/": "", "/etc/kubernetes/": "" } })).toEqual(nothing);
  });
});

describe("what is pending on a machine", () => {
  const quiet = { dpkg: "exit 1", "apt-config": "exit 1", "unattended-upgrade": "", "cloud-init": "exit 1" };
  const pending = (has: Machine = {}) => askMachine(upkeepFact, { ...has, programs: { ...quiet, ...has.programs } });

  it("is nothing where nothing says so", () => {
    expect(pending()).toEqual({
      ...{
        rebootRequired: false,
        rebootBecause: [],
        unattended: false,
        held: [],
        aptLock: undefined,
        cloudInit: undefined,
      },
    });
  });

  it("is a reboot, with its reasons or without, but not by reasons alone", () => {
    const required = "/run/reboot-required";
    const because = { [`${required}.pkgs`]: "libc6\nlinux-base\nlibc6\n" };
    expect(pending({ files: { [required]: "*** restart ***\n", ...because } })).toMatchObject({
      rebootRequired: true,
      rebootBecause: ["libc6", "linux-base"],
    });
    expect(pending({ files: { [required]: "" } })).toMatchObject({ rebootRequired: true, rebootBecause: [] });
    expect(pending({ files: because })).toMatchObject({ rebootRequired: false, rebootBecause: [] });
  });

  it("are packages that are held, and upgrades by themselves as apt's own setting has them", () => {
    const dpkg = `printf 'docker.io\\t\\t\\thold\\nlibc6\\t\\tinstall\\nholdall\\tdeinstall\\n'`;
    const aptConfig = `[ "$*" = "shell v APT::Periodic::Unattended-Upgrade" ] && echo "v='1'"`;
    expect(pending({ programs: { dpkg, "apt-config": aptConfig } })).toMatchObject({
      held: ["docker.io"],
      unattended: true,
    });
  });

  it("is whoever holds one of apt's locks, and nobody who holds a lock of a file with a similar number", () => {
    const path = "/var/lib/dpkg/lock";
    const held = (row: (inode: number) => string) => {
      const has: Machine = {
        files: { [path]: "", "/proc/812/comm": "apt-get\n", "/proc/9/comm": "other\n" },
        programs: quiet,
      };
      const root = machine(has);
      const inode = statSync(join(root, path)).ino;
      writeFileSync(join(root, "/proc/locks"), `1: POSIX  ADVISORY  READ 9 08:02:1${inode} 0 EOF\n${row(inode)}\n`);
      return askMachine(upkeepFact, has, root)?.aptLock;
    };
    expect(held((inode) => `2: POSIX  ADVISORY  WRITE 812 08:02:${inode} 0 EOF`)).toBe("812 apt-get");
    expect(held((inode) => `2: POSIX  ADVISORY  WRITE 812 08:02:${inode}0 0 EOF`)).toBeUndefined();
  });
});

describe("a machine's kernel", () => {
  const kernel = (has: Machine = {}) =>
    askMachine(kernelFact, {
      ...has,
      programs: { modprobe: "exit 1", uname: "echo 6.1.0-37-amd64", stat: "echo tmpfs", ...has.programs },
    });

  it("has a module that is in use, one that is built in, one on its disk, and none of the others", () => {
    const found = kernel({
      files: {
        "/sys/module/overlay/": "",
        "/lib/modules/6.1.0-37-amd64/modules.builtin":
          "kernel/net/netfilter/nf-conntrack.ko\nkernel/x/not_ip_set.ko\nkernel/net/vxlan_extra.ko\n",
      },
      programs: { modprobe: '[ "$*" = "-n -q br_netfilter" ]' },
    });
    expect(found?.modules).toEqual({
      ...{ overlay: "loaded", nf_conntrack: "loaded", br_netfilter: "available", vxlan: "missing", ip_set: "missing" },
    });
  });

  it("has the parameters that it shows, and control groups of its version", () => {
    const one = kernel({
      files: {
        "/proc/sys/net/ipv4/ip_forward": "1\n",
        "/proc/sys/kernel/pid_max": "4194304\n",
        "/proc/cgroups":
          "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t3\t1\t1\nmemory\t0\t1\t0\npids\t9\t1\t1\n",
        "/proc/cmdline": "ro cgroup_disable=memory\n",
      },
    });
    expect(one).toMatchObject({ cgroup: 1, controllers: ["cpu", "pids"], commandLine: "ro cgroup_disable=memory" });
    expect(one?.parameters).toEqual({ "net/ipv4/ip_forward": 1, "kernel/pid_max": 4_194_304 });
    const two = kernel({
      files: { "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n" },
      programs: { stat: '[ "$*" = "-f -c %T $1" ]; case "$4" in */sys/fs/cgroup) echo cgroup2fs ;; esac' },
    });
    expect(two).toMatchObject({ cgroup: 2, controllers: ["cpuset", "cpu", "io", "memory", "pids"] });
  });
});

describe("a machine", () => {
  it("has its identities, its size, and the errors of all of its memory", () => {
    const found = askMachine(machineFact, {
      files: {
        "/proc/sys/kernel/hostname": "gpu4\n",
        "/etc/machine-id": `${"7d17".repeat(8)}\n`,
        "/sys/class/dmi/id/product_uuid": "AC5EC56E-0DC3-47E6-8398-D825421C01D4\n",
        "/sys/class/dmi/id/sys_vendor": "Example Inc.\n",
        "/sys/class/dmi/id/product_name": "GPU Server 4000\n",
        "/proc/cpuinfo": "processor\t: 0\nmodel name\t: Some CPU @ 2.5GHz\nprocessor\t: 1\nmodel name\t: Another\n",
        "/proc/meminfo": "MemTotal:       24684096 kB\nMemFree:        1 kB\nSwapTotal: 9 kB\n",
        "/sys/devices/system/edac/mc/mc0/ue_count": "1\n",
        "/sys/devices/system/edac/mc/mc1/ue_count": "2\n",
      },
      programs: { nproc: "echo 2", "systemd-detect-virt": "echo none; exit 1" },
    });
    expect(found).toEqual({
      ...{ hostname: "gpu4", machineId: "7d17".repeat(8), productUuid: "ac5ec56e-0dc3-47e6-8398-d825421c01d4" },
      ...{ bootId: undefined, model: "Example Inc. GPU Server 4000", cpus: 2, cpuModel: "Some CPU @ 2.5GHz" },
      ...{ memoryMiB: 24_105, virtualisation: "none", memoryErrors: 3 },
    });
  });

  it("swaps to what fstab has by type, whatever the line looks like, and to nothing that is only spoken of", () => {
    const lines = ["/swapfile none swap sw 0 0", "  UUID=1\tnone\tswap", "LABEL=s swap swap defaults"];
    const others = [
      "#/swapfile none swap sw 0 0",
      "/dev/sdb1 /swap ext4 rw 0 0",
      "/dev/sdc1 none swapfs",
      "# a b swap",
    ];
    const found = askMachine(swapFact, {
      files: {
        "/proc/swaps": "Filename Type Size Used Priority\n",
        "/etc/fstab": [...lines, ...others, ""].join("\n"),
      },
      programs: { systemctl: "exit 1" },
    });
    expect(found?.atBoot).toEqual(lines.map((line) => `/etc/fstab: ${line.trim()}`));
  });

  it("has network cards that are its own, and others that the kernel makes up", () => {
    const found = askMachine(networkFact, {
      files: {
        "/sys/devices/pci0000:00/net/eno1/speed": "25000\n",
        "/sys/devices/virtual/net/br-lan/speed": "10000\n",
        "/sys/class/net/": "",
      },
      links: {
        "/sys/class/net/eno1": "../../devices/pci0000:00/net/eno1",
        "/sys/class/net/br-lan": "../../devices/virtual/net/br-lan",
      },
      programs: {
        ip: `case "$*" in "-j address") echo '[{"ifname":"eno1"},{"ifname":"br-lan"},{"ifname":"lo"}]' ;;
"-4 -j route show table all") echo '[{"dst":"default","dev":"eno1"}]' ;; esac`,
      },
    });
    expect(found?.nics.map(({ name, virtual, speedMbit }) => [name, virtual, speedMbit])).toEqual([
      ["eno1", false, 25_000],
      ["br-lan", true, 10_000],
    ]);
    expect(found?.routes).toMatchObject([{ dst: "default", dev: "eno1" }]);
  });
});
