import { answers, but, type Limits, testLimits, type Written } from "./limits.ts";

const sshd = (from: string, to: string) => but("login", "sshd", from, to);
const docker = (version: string) => answers("docker", { info: "", packages: `ii |docker.io|${version}\nend\n` });
const daemon = (said: object) =>
  answers("docker", { info: JSON.stringify({ ServerVersion: "28.1.1", Driver: "overlay2", ...said }) });
const json = (text: string) => answers("docker", { json: `\n${text}\n` });
const bare = { packages: "end\n", info: "", service: "ActiveState=inactive\nUnitFileState=\n", json: "" };

/** A host with a disk of its own at this mount point: so many KiB and inodes are free there. */
function disk(mount: string, free: number, inodes = "1000 10 990 1%", more = ""): Written {
  const rows = ["/ /dev/sda2 ext4 shared rw,relatime", `${mount} /dev/sdb1 ext4 shared rw,relatime${more}`];
  const space = ["/dev/sda2 264212084 1 160209288 37% /", `/dev/sdb1 264212084 1 ${free} 37% ${mount}`];
  const counts = ["/dev/sda2 16777216 1 16030096 5% /", `/dev/sdb1 ${inodes} ${mount}`];
  return answers("disks", {
    mounts: `${(mount === "/" ? rows.slice(0, 1) : rows).join("\n")}\n`,
    space: `Filesystem 1024-blocks Used Available Capacity Mounted on\n${space.join("\n")}\n`,
    inodes: `Filesystem Inodes IUsed IFree IUse% Mounted on\n${counts.join("\n")}\n`,
  });
}

const plenty = 200_000_000;
const inodes = (mount: string, total: number, free: number) => disk(mount, plenty, `${total} 1 ${free} 9%`);
const memory = (kib: number, ...roles: readonly ("controlplane" | "etcd" | "worker")[]): Written => ({
  ...answers("machine", { memory: `${kib}\n` }),
  ...(roles.length === 0 ? {} : { host: { roles } }),
});
const parameter = (name: string, value: number) =>
  but("kernel", "parameters", new RegExp(`${name} \\d+`), `${name} ${value}`);
const numbered = (most: number, cpus: number): Written => ({
  answers: { ...parameter("pid_max", most).answers, machine: { cpus: `${cpus}\n` } },
});
const at = (release: string, time: string): Written => ({
  answers: { os: { release }, clock: { now: `${Date.parse(time)}\n` } },
});
const bookworm = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
const gpu = (lanes: string, more: Readonly<Record<string, string>> = {}, device = "2335 0x030200"): Written => ({
  host: { gpu: true },
  answers: { gpus: { devices: `0000:19:00.0 0x${device} nvidia de102335 ${lanes}\ndone\n` }, gpuDriver: more },
});
const library = (version: string) => `/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.${version}\n`;

const limits: Limits = [
  ["access/startups", sshd("10:30:100", "10:30:100"), sshd("10:30:100", "9:30:100")],
  ["access/startups", sshd("maxstartups", "x"), sshd("10:30:100", "1")],
  ["access/sessions", sshd("maxsessions 10", "maxsessions 2"), sshd("maxsessions 10", "maxsessions 1")],
  ["access/sessions", sshd("maxsessions", "x"), sshd("maxsessions 10", "maxsessions 0")],
  ["access/login-shell", answers("login", { shell: "/opt/false/sh\n" }), answers("login", { shell: "/bin/false\n" })],
  [
    "access/guard",
    answers("login", { guard: "failed\ninactive\n" }),
    answers("login", { guard: "inactive\nactive\n" }),
  ],
  ["access/forwarding", answers("login", { sshd: "" }), sshd("disableforwarding no", "disableforwarding yes")],
  ["disk/var", disk("/var", 2_097_152), disk("/var", 2_097_151)],
  ["disk/root", disk("/", plenty), but("disks", "space", "160209288", "1048575")],
  ["disk/root", but("disks", "space", "160209288", "1048576"), but("disks", "space", "160209288", "-4096")],
  ["disk/images", disk("/var/lib/docker", 20_971_520), disk("/var/lib/docker", 20_971_519)],
  [
    "disk/images",
    { ...disk("/var/lib/docker", 62_914_560), host: { gpu: true } },
    { ...disk("/var/lib/docker", 62_914_559), host: { gpu: true } },
  ],
  ["disk/etcd-space", disk("/var/lib/etcd", 8_388_608), disk("/var/lib/etcd", 8_388_607)],
  ["disk/inodes", inodes("/var", 1_000_000, 50_000), inodes("/var", 1_000_000, 49_999)],
  ["disk/inodes", inodes("/var", 100_000, 20_000), inodes("/var", 100_000, 19_999)],
  ["disk/inodes", inodes("/var", 0, 0), inodes("/var", 1, 0)],
  ["disk/inodes", inodes("/data", 100_000, 1), inodes("/var/lib/etcd", 100_000, 1)],
  [
    "disk/etcd-latency",
    answers("syncLatency", { "": "200 9.99 10.00 99.00\n" }),
    answers("syncLatency", { "": "200 0.10 10.01 10.01\n" }),
  ],
  [
    "disk/etcd-spinning",
    { answers: { disks: { spinning: "/\n" }, machine: { virt: "kvm\n" } } },
    { answers: { disks: { spinning: "/\n" }, machine: { virt: "none\n" } } },
  ],
  ["disk/mount-options", disk("/opt", plenty, undefined, ",errors=remount-ro"), disk("/opt", plenty, undefined, ",ro")],
  [
    "disk/mount-options",
    disk("/srv", plenty, undefined, ",noexec"),
    disk("/var/lib/kubelet", plenty, undefined, ",noexec"),
  ],
  ["docker/version", docker("25.0.0-1"), docker("24.0.9-1")],
  ["docker/version", docker("28.5.2-1"), docker("29.0.0-1")],
  ["docker/version", { ...docker("29.0.0-1"), cluster: { rke: { ignoreDockerVersion: true } } }, docker("1.13.1-1")],
  ["docker/version", answers("docker", bare), docker("5:29.1.0-1~debian.13~trixie")],
  [
    "docker/running",
    answers("docker", bare),
    answers("docker", { service: "ActiveState=inactive\nUnitFileState=enabled\n" }),
  ],
  ["docker/iptables", json('{ "iptables": true, "bridge": "br0", "ip6tables": false }'), json('{ "iptables": false }')],
  ["docker/storage-driver", daemon({ Driver: "overlayfs" }), daemon({ Driver: "fuse-overlayfs" })],
  ["docker/storage-driver", daemon({ Driver: "btrfs" }), daemon({ Driver: "devicemapper" })],
  ["docker/storage-driver", daemon({ Driver: "zfs" }), daemon({ Driver: "aufs" })],
  [
    "docker/log-driver",
    { ...daemon({ LoggingDriver: "local" }), cluster: { docker: { daemon: { "log-driver": "local" } } } },
    daemon({ LoggingDriver: "local" }),
  ],
  [
    "docker/user-namespaces",
    daemon({ SecurityOptions: ["name=cgroupns"] }),
    daemon({ SecurityOptions: ["name=userns"] }),
  ],
  ["gpu/lanes", gpu("16 16"), gpu("15 16")],
  ["gpu/lanes", gpu("0 16"), gpu("1 16")],
  ["gpu/lanes", gpu("- -"), gpu("8 16")],
  ["gpu/lanes", gpu("2 4", {}, "22a3 0x068000"), gpu("2 4")],
  ["gpu/lanes", gpu("8 16", { loaded: "580.95.05\n" }), gpu("8 16", { loaded: "" })],
  ["gpu/secure-boot", gpu("16 16", { secure: "0\n" }), gpu("16 16", { secure: "1\n" })],
  ["gpu/secure-boot", gpu("16 16", { secure: "1\n", loaded: "580.95.05\n" }), gpu("16 16", { secure: " 1\n" })],
  [
    "gpu/mismatch",
    gpu("16 16", { loaded: "580.95.05\n", library: library("580.95.05") }),
    gpu("16 16", { loaded: "580.95.05\n", library: library("580.95.0") }),
  ],
  ["gpu/headers", gpu("16 16", { packages: "nvidia-driver-580\n" }), gpu("16 16", { packages: "nvidia-dkms-580\n" })],
  [
    "gpu/headers",
    gpu("16 16", { packages: "nvidia-dkms-580\n", headers: "yes\n" }),
    gpu("16 16", { packages: "nvidia-dkms-580-open\n" }),
  ],
  ["hardware/cpus", answers("machine", { cpus: "2\n" }), answers("machine", { cpus: "1\n" })],
  ["hardware/memory-least", memory(950 * 1024), memory(950 * 1024 - 1)],
  ["hardware/memory", memory(3800 * 1024, "etcd"), memory(3800 * 1024 - 1, "etcd")],
  ["hardware/memory", memory(3800 * 1024, "controlplane", "worker"), memory(1900 * 1024, "controlplane", "worker")],
  ["hardware/memory", memory(1900 * 1024, "worker"), memory(1900 * 1024 - 1, "worker")],
  ["hardware/memory", memory(950 * 1024 - 1, "worker"), memory(950 * 1024, "worker")],
  ["hardware/memory-errors", answers("machine", { edac: "0\n0\n" }), answers("machine", { edac: "0\n1\n" })],
  ["hardware/link-speed", but("network", "speeds", "10000", "1000"), but("network", "speeds", "10000", "999")],
  ["hardware/link-speed", but("network", "speeds", "10000", "-1"), but("network", "speeds", "10000", "100")],
  [
    "hardware/link-speed",
    but("network", "speeds", "docker0 yes -1", "docker0 yes 10"),
    but("network", "speeds", "10000", "10"),
  ],
  [
    "kernel/modules",
    but("kernel", "modules", "nf_conntrack loaded", "nf_conntrack available"),
    but("kernel", "modules", "nf_conntrack loaded", "nf_conntrack missing"),
  ],
  [
    "kernel/modules",
    but("kernel", "modules", "ip_set loaded", "ip_set missing"),
    but("kernel", "modules", "br_netfilter loaded", "br_netfilter missing"),
  ],
  [
    "kernel/modules-loaded",
    but("kernel", "modules", "vxlan loaded", "vxlan available"),
    but("kernel", "modules", "overlay loaded", "overlay available"),
  ],
  ["kernel/forwarding", {}, parameter("ip_forward", 0)],
  ["kernel/forwarding", parameter("bridge-nf-call-iptables", 1), but("kernel", "parameters", /net.bridge.*\n/, "")],
  ["kernel/inotify", parameter("max_user_instances", 129), parameter("max_user_instances", 128)],
  ["kernel/pid-max", numbered(32_769, 32), numbered(32_768, 32)],
  ["kernel/pid-max", numbered(32_768, 31), numbered(1, 448)],
  [
    "kernel/cgroup-version",
    but("kernel", "cgroup", "cgroup2fs", "cgroup2fs"),
    answers("kernel", { cgroup: "tmpfs\n" }),
  ],
  [
    "kernel/cgroup-controllers",
    answers("kernel", { controllers: "pids memory cpu\n" }),
    answers("kernel", { controllers: "cpuset pids memory\n" }),
  ],
  ["os/kernel", answers("os", { kernel: "5.4.0-216-generic\n" }), answers("os", { kernel: "5.3.18-lp152\n" })],
  ["os/kernel", answers("os", { kernel: "6.1.0-37-amd64\n" }), answers("os", { kernel: "4.19.0-27-amd64\n" })],
  ["os/kernel", answers("os", { kernel: "\n" }), answers("os", { kernel: "3.10.0\n" })],
  ["os/end-of-life", at(bookworm, "2026-06-27T23:59:59.999Z"), at(bookworm, "2026-06-28T00:00:00Z")],
  ["os/end-of-life", at(bookworm.replace("12", "13"), "2040-01-01T00:00:00Z"), at(bookworm, "2040-01-01T00:00:00Z")],
  ["os/architecture", answers("os", { architecture: "arm64\n" }), answers("os", { architecture: "i386\n" })],
  ["os/tools", but("tools", "there", "python3\ncurl\n", ""), but("tools", "there", "tar\n", "")],
];

testLimits(limits);
