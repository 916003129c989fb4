import type { Cluster } from "../core/cluster.ts";
import { sh } from "../core/shell.ts";
import { type Disk, diskOf } from "../facts/disks.ts";
import { type AnyCheck, type Finding, hostCheck } from "./check.ts";

const network = /^(nfs4?|cifs|smb3|fuse\..*|ceph|glusterfs|9p|virtiofs)$/;

/** Where Docker will keep its data: the inventory's word, else what is true of it now where that is known. */
function dockerRoot({ docker }: Cluster, now = "/var/lib/docker"): string {
  return docker.dataRoot ?? now;
}

function gib(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}

function tooFull(disks: readonly Disk[], path: string, leastMiB: number, forWhat: string): Finding | undefined {
  const disk = diskOf(disks, path);
  if (disk?.freeMiB === undefined || disk.freeMiB >= leastMiB) return undefined;
  return {
    evidence: `${disk.mount}${disk.mount === path ? "" : `, which holds ${path},`} has ${gib(disk.freeMiB)} free`,
    fix: `Free space there, or give ${path} a larger disk: ${forWhat} takes ${gib(leastMiB)}.`,
  };
}

/** The file systems under Docker, etcd and the kubelet. */
export const diskChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "disk/var",
    title: "/var has 2 GiB free",
    severity: "blocking",
    why: "Docker and Kubernetes' own images do not fit into less.",
    needs: ["disks"],
    decide: ({ disks }) => tooFull(disks, "/var", 2048, "a bare node"),
  }),
  hostCheck({
    id: "disk/images",
    title: "There is room for images",
    severity: "warning",
    why: "At 85 % the kubelet begins to delete images, then to evict pods; one CUDA image alone takes 5 to 10 GiB.",
    needs: ["disks", "docker"],
    appliesTo: (_, { built }) => !built,
    decide: ({ disks, docker }, host, { cluster }) => {
      const root = dockerRoot(cluster, docker.daemon?.rootDir);
      return tooFull(
        disks,
        root,
        (host.gpu ? 60 : 20) * 1024,
        host.gpu ? "a GPU node with its images" : "a node with its images",
      );
    },
  }),
  hostCheck({
    id: "disk/root",
    title: "The root file system has 1 GiB free",
    severity: "blocking",
    why: "Packages, logs and configuration are written there; a full root breaks apt in the middle.",
    needs: ["disks"],
    decide: ({ disks }) => tooFull(disks, "/", 1024, "preparing a host"),
  }),
  hostCheck({
    id: "disk/etcd-space",
    title: "etcd has 8 GiB free",
    severity: "warning",
    why: "etcd's database grows up to its quota of 2 GiB (8 at most), and its snapshots lie beside it.",
    needs: ["disks"],
    appliesTo: (host, { built }) => host.roles.includes("etcd") && !built,
    decide: ({ disks }) => tooFull(disks, "/var/lib/etcd", 8192, "etcd with its snapshots"),
  }),
  hostCheck({
    id: "disk/inodes",
    title: "There are inodes left",
    severity: "warning",
    why: "Images are hundreds of thousands of small files: a file system can be full although it has space.",
    needs: ["disks"],
    decide: ({ disks }, _, { cluster }) => {
      const short = disks.filter(
        ({ inodes, freeInodes }) => (inodes ?? 0) > 0 && (freeInodes ?? 0) < Math.max(20_000, (inodes ?? 0) / 20),
      );
      const ours = short.filter((disk) =>
        ["/", "/var", dockerRoot(cluster), "/var/lib/etcd"].some((path) => diskOf(disks, path) === disk),
      );
      if (ours.length === 0) return undefined;
      const said = ours.map(({ mount, freeInodes, inodes }) => `${mount} has ${freeInodes} of ${inodes}`);
      return {
        evidence: `free inodes: ${said.join(", ")}`,
        fix: "Remove small files there (find -xdev -printf '%h\\n' | sort | uniq -c | sort -n).",
      };
    },
  }),
  hostCheck({
    id: "disk/etcd-latency",
    title: "etcd's disk makes a write safe within 10 ms",
    severity: "warning",
    why: "etcd waits for the disk at every change; beyond 10 ms in 99 of 100 writes (etcd's own advice) leaders are lost and the API stalls.",
    needs: ["syncLatency"],
    appliesTo: (host) => host.roles.includes("etcd"),
    decide: ({ syncLatency: { writes, medianMs, p99Ms } }) => {
      if (p99Ms <= 10) return undefined;
      return {
        evidence: `of ${writes} writes with fdatasync, half took ${medianMs} ms and one in 100 took ${p99Ms} ms or more`,
        fix: "Put /var/lib/etcd on an SSD or NVMe disk of its own; in a virtual machine, give its disk cache mode none.",
      };
    },
  }),
  hostCheck({
    id: "disk/etcd-spinning",
    title: "etcd lies on no spinning disk",
    severity: "warning",
    why: "A disk that turns needs several milliseconds for each write, more under load.",
    needs: ["disks", "machine"],
    // A virtual disk calls itself spinning whatever is behind it.
    appliesTo: (host) => host.roles.includes("etcd"),
    decide: ({ disks, machine }) => {
      const disk = diskOf(disks, "/var/lib/etcd");
      if (disk?.rotational !== true || machine.virtualisation !== "none") return undefined;
      return { evidence: `${disk.device} (${disk.mount}) turns`, fix: "Mount an SSD at /var/lib/etcd." };
    },
  }),
  hostCheck({
    id: "disk/local",
    title: "Docker, etcd and the kubelet keep their data on local disks",
    severity: "blocking",
    why: "Docker's overlay2 and etcd do not work on network file systems.",
    needs: ["disks"],
    decide: ({ disks }, _, { cluster }) => {
      const paths = [dockerRoot(cluster), "/var/lib/etcd", "/var/lib/kubelet"];
      const wrong = paths.filter((path) => network.test(diskOf(disks, path)?.fstype ?? ""));
      if (wrong.length === 0) return undefined;
      const said = wrong.map((path) => `${path} lies on ${diskOf(disks, path)?.fstype}`);
      return { evidence: said.join(", "), fix: "Give these folders a local ext4 or xfs file system." };
    },
  }),
  hostCheck({
    id: "disk/mount-options",
    title: "Programs may run and be written where containers live",
    severity: "blocking",
    why: "With noexec no container starts; read-only, nothing can be prepared.",
    needs: ["disks"],
    decide: ({ disks }, _, { cluster }) => {
      const wrong = ["/", dockerRoot(cluster), "/var/lib/kubelet", "/opt"].flatMap((path) => {
        const disk = diskOf(disks, path);
        const bad = disk?.options.filter((option) => option === "ro" || option === "noexec") ?? [];
        return disk !== undefined && bad.length > 0 ? [{ path, disk, bad: bad.join(",") }] : [];
      });
      const [first] = wrong;
      if (first === undefined) return undefined;
      const mounts = [...new Set(wrong.map(({ disk }) => disk.mount))];
      return {
        evidence: wrong.map(({ path, disk, bad }) => `${path} (${disk.mount}) is ${bad}`).join(", "),
        fix: "Mount them read-write and with exec, in /etc/fstab as well.",
        commands: mounts.map((mount) => sh`mount -o remount,rw,exec ${mount}`),
      };
    },
  }),
  hostCheck({
    id: "disk/shared-root",
    title: "Mounts below the root are passed on to containers",
    severity: "blocking",
    why: "The kubelet mounts volumes for pods; where the root is private they stay invisible: `Path /var/lib/kubelet is mounted on / but it is not a shared mount`.",
    needs: ["disks"],
    decide: ({ disks }) => {
      const disk = diskOf(disks, "/var/lib/kubelet");
      if (disk === undefined || disk.propagation === "shared") return undefined;
      return {
        evidence: `the propagation of ${disk.mount} is ${disk.propagation}`,
        fix: "systemd makes the root shared at boot; find what changes it. For now:",
        commands: [sh`mount --make-rshared ${disk.mount}`],
      };
    },
  }),
];
