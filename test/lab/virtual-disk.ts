import { randomUUID } from "node:crypto";
import { copyFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../src/lab/command.ts";
import { ensureDisk } from "../../src/lab/host-disk.ts";
import { hostPaths } from "../../src/lab/paths.ts";
import type { LabSettings } from "../../src/lab/settings.ts";

/** What a virtual machine boots from. */
export interface VirtualDisk {
  /** A disk with a partition table (GPT): the root, and a swap partition. */
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly rootId: string;
  readonly swapId: string;
}

const mib = 1024 * 1024;
const rootAt = 1;
const rootMiB = 6144;
const swapMiB = 128;

/**
 * A practice host's disk becomes that of a machine: what makes a container look like one goes, what a container has no use for
 * comes, with Debian's kernel for virtual machines. The packages come through the lab's apt cache.
 */
const toMachine = (packages: readonly string[]) => String.raw`set -eu
rm -r /etc/systemd/system/practice-host.service /etc/systemd/system/sysinit.target.wants/practice-host.service \
  /usr/local/sbin/practice-host /etc/practice-host /etc/systemd/journald.conf.d/practice-host.conf /usr/sbin/runc
dpkg-divert --quiet --local --rename --remove /usr/sbin/runc
rm -rf /usr/lib/modules/*
systemctl -q unmask systemd-timesyncd.service systemd-networkd-wait-online.service
# The initramfs holds what leads to the root and no more, and a login finds its user's manager there: either saves seconds.
mkdir -p /etc/initramfs-tools/conf.d /usr/share/initramfs-tools/modules.d /var/lib/systemd/linger
echo MODULES=list >/etc/initramfs-tools/conf.d/machine
printf 'virtio_pci\nvirtio_blk\next4\n' >/usr/share/initramfs-tools/modules.d/machine
touch /var/lib/systemd/linger/ubuntu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install ${packages.join(" ")}
rm /etc/dpkg/dpkg.cfg.d/practice-host`;

/**
 * Makes the disk of host 1 of the lab: partitioned, with swap on it as installers leave it, and the kernel and the initramfs
 * beside it.
 * @throws DroverError `lab/failed`
 */
export async function makeDisk(lab: LabSettings): Promise<VirtualDisk> {
  await ensureDisk(lab, 1);
  const { folder, root } = hostPaths(lab, 1);
  const [image, swap] = [join(folder, "disk.img"), join(folder, "swap.img")];
  const [rootId, swapId] = [randomUUID(), randomUUID()];
  const script = toMachine(["linux-image-cloud-amd64", "initramfs-tools", "zstd", "systemd-zram-generator"]);
  // A mount namespace of its own: what is mounted there ends with it.
  const inChroot = 'mount -t proc none "$0/proc" && exec chroot "$0" /bin/sh -s';
  await command("unshare", ["--mount", "sh", "-c", inChroot, root], { input: script, timeoutMs: 900_000 });
  await writeFile(join(root, "etc/fstab"), fstab(rootId, swapId));

  const boot = await readdir(join(root, "boot"));
  const taken = async (start: string): Promise<string> => {
    const path = join(folder, start);
    await copyFile(join(root, "boot", boot.find((name) => name.startsWith(`${start}-`)) ?? start), path);
    return path;
  };
  const [kernel, initrd] = [await taken("vmlinuz"), await taken("initrd.img")];

  await writeFile(image, "");
  await truncate(image, (rootAt + rootMiB + swapMiB + 1) * mib);
  const table = `label: gpt\nstart=${rootAt}MiB, size=${rootMiB}MiB, type=linux\nsize=${swapMiB}MiB, type=swap\n`;
  await command("sfdisk", ["--quiet", image], { input: table });
  const place = ["-E", `offset=${rootAt * mib}`, "-U", rootId, "-d", root, image, `${rootMiB}M`];
  await command("mkfs.ext4", ["-q", "-F", ...place], { timeoutMs: 600_000 });
  await writeFile(swap, "");
  await truncate(swap, swapMiB * mib);
  await command("mkswap", ["--quiet", "-U", swapId, swap]);
  const toImage = [`if=${swap}`, `of=${image}`, "bs=1M", `seek=${rootAt + rootMiB}`, "conv=notrunc,sparse"];
  await command("dd", [...toImage, "status=none"]);
  await rm(swap);
  return { image, kernel, initrd, rootId, swapId };
}

/** As an installer writes it, and somebody after it. */
function fstab(rootId: string, swapId: string): string {
  return `# <file system> <mount point> <type> <options> <dump> <pass>
# / was on /dev/vda1 during installation
UUID=${rootId} / ext4 errors=remount-ro 0 1
# swap was on /dev/vda2 during installation
UUID=${swapId}\tnone\tswap\tsw\t0\t0
/swapfile none swap sw,pri=1 0 0
`;
}
