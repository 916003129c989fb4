import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts, wholeNumber } from "./parts.ts";

/** One mounted file system that keeps data. */
export interface Disk {
  readonly mount: string;
  readonly device: string;
  readonly fstype: string;
  /** As the kernel has them: `rw`, `noexec`... */
  readonly options: readonly string[];
  /** Undefined for network file systems, which are not asked: a dead server would hang the question. */
  readonly sizeMiB: number | undefined;
  readonly freeMiB: number | undefined;
  readonly inodes: number | undefined;
  readonly freeInodes: number | undefined;
  /** It lies on a spinning disk, as far as the kernel knows. */
  readonly rotational: boolean;
  /** `shared`, `private`: whether mounts made below it are seen elsewhere. */
  readonly propagation: string;
}

/** File systems that keep nothing, or belong to containers. */
const passing =
  /^(tmpfs|devtmpfs|ramfs|squashfs|proc|sysfs|cgroup2?|devpts|mqueue|hugetlbfs|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|autofs|binfmt_misc|nsfs|rpc_pipefs|efivarfs|fuse\.(lxcfs|snapfuse|gvfsd-fuse|portal)|iso9660)$/;

const local = sh`-x tmpfs -x devtmpfs -x squashfs -x nfs -x nfs4 -x cifs -x fuse.sshfs -x fuse.glusterfs -x fuse.ceph-fuse -x ceph -x glusterfs -x 9p`;

/** Asks findmnt, df and lsblk. */
export const disksFact: Probe<readonly Disk[] | undefined> = {
  sh: askParts({
    mounts: sh`findmnt -rn -o TARGET,SOURCE,FSTYPE,PROPAGATION,OPTIONS`,
    space: sh`df -P -k ${local}`,
    inodes: sh`df -P -i ${local}`,
    spinning: sh`lsblk -rn -o ROTA,MOUNTPOINT | sed -n 's/^1 //p'`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["mounts", "space", "inodes", "spinning"]);
    if (parts === undefined || parts.mounts.trim() === "") return undefined;
    const space = byMount(parts.space);
    const inodes = byMount(parts.inodes);
    const spinning = new Set(parts.spinning.split("\n").map(plainPath));
    const last = new Map(rows(parts.mounts).map((words) => [plainPath(words[0] ?? ""), words]));
    const byDevice = Map.groupBy(last.keys(), (mount) => deviceOf(last.get(mount)));
    return [...last].flatMap(([mount, words]) => {
      const [, device = "", fstype = "", propagation = "", options = ""] = words;
      if (passing.test(fstype) || ofContainers(mount, fstype)) return [];
      // df tells of a device once, and lsblk names one of its mounts: a folder that is mounted elsewhere (bind) is told of there.
      const alike = [mount, ...(deviceOf(words).startsWith("/dev/") ? (byDevice.get(deviceOf(words)) ?? []) : [])];
      const told = alike.find((one) => space.has(one)) ?? mount;
      const [size, free] = space.get(told) ?? [];
      const [total, left] = inodes.get(told) ?? [];
      const disk: Disk = {
        mount,
        device: plainPath(device),
        fstype,
        options: options.split(","),
        sizeMiB: size === undefined ? undefined : Math.floor(size / 1024),
        freeMiB: free === undefined ? undefined : Math.floor(free / 1024),
        inodes: total,
        freeInodes: left,
        rotational: alike.some((one) => spinning.has(one)),
        propagation: propagation.split(",")[0] ?? "",
      };
      return [disk];
    });
  },
};

/** The file system that holds a path: that of the longest mount point above it. */
export function diskOf(disks: readonly Disk[], path: string): Disk | undefined {
  const above = disks.filter(({ mount }) => mount === "/" || path === mount || path.startsWith(`${mount}/`));
  return above.toSorted((a, b) => b.mount.length - a.mount.length)[0];
}

/** The device of a row of findmnt, without the folder of it that a bind mount shows: `/dev/sdb1[/docker]`. */
function deviceOf(words: readonly string[] = []): string {
  return plainPath(words[1] ?? "").replace(/\[.*\]$/, "");
}

function rows(text: string): readonly (readonly string[])[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.split(" ")]));
}

/** df's table by mount point: the total and what is left, in its unit; less than nothing, as where root used its reserve, is nothing. */
function byMount(text: string): ReadonlyMap<string, readonly [number | undefined, number | undefined]> {
  const table = text.split("\n").flatMap((line) => {
    const [, total, left, mount] = /\s(\d+|-)\s+(?:\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line) ?? [];
    return mount === undefined
      ? []
      : [[mount, [wholeNumber(total), wholeNumber(left?.replace(/^-\d+$/, "0"))]] as const];
  });
  return new Map(table);
}

function ofContainers(mount: string, fstype: string): boolean {
  return (fstype === "overlay" && mount !== "/") || /^\/(run|proc|sys|var\/lib\/kubelet\/pods)\//.test(mount);
}

/** findmnt and lsblk write blanks and the like as `\x20`. */
function plainPath(word: string): string {
  return word.replace(/\\x(?!00)([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
