import type { Host } from "../../../core/cluster.ts";
import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";

/** Where RKE keeps snapshots on etcd hosts; it knows no other place. */
export const snapshotFolder = "/opt/rke/etcd-snapshots";

/** A snapshot's file on one host. */
export interface SnapshotFile {
  /** Without `.zip`, as rke wants it. */
  readonly name: string;
  readonly bytes: number;
  /** ms since the epoch, by the host's clock. */
  readonly takenAt: number;
}

/** A snapshot of the cluster, and which etcd hosts have it. */
export interface Snapshot extends SnapshotFile {
  readonly hosts: readonly string[];
}

/** What may be the name of a snapshot: it becomes a file's name and words of several command lines. */
export const snapshotName = /^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,199}$/;

/**
 * The snapshots on a host. Only whole files count: archives, and the plain files of RKE before v0.2; not what a restore that
 * was cut has unpacked beside its archive, nor the bundle of certificates (rke v1.8.1, pki/pki.go).
 */
export const snapshotFiles: Probe<readonly SnapshotFile[]> = {
  sh: sh`find ${snapshotFolder} -maxdepth 1 -type f ! -name '.*' ! -name pki.bundle.tar.gz -printf '%s %T@ %f\n' 2>/dev/null`,
  parse: ({ stdout }) => readSnapshotFiles(stdout),
};

/** The answer of the question above; lines that are none are left out. */
export function readSnapshotFiles(stdout: string): readonly SnapshotFile[] {
  const files = stdout.split("\n").flatMap((line): readonly (SnapshotFile & { readonly packed: boolean })[] => {
    const [, bytes, seconds, file = ""] = /^(\d{1,15}) (\d{1,12})(?:\.\d+)? (\S+)$/.exec(line) ?? [];
    const name = file.replace(/\.zip$/, "");
    if (!snapshotName.test(name)) return [];
    return [{ name, bytes: Number(bytes), takenAt: Number(seconds) * 1000, packed: name !== file }];
  });
  const packed = new Set(files.filter((file) => file.packed).map(({ name }) => name));
  return files
    .filter((file) => file.packed || !packed.has(file.name))
    .map(({ name, bytes, takenAt }) => ({ name, bytes, takenAt }));
}

/** The snapshots of a cluster, the newest first. Each host took its own at about the same time: the oldest time counts. */
export function snapshotsOf(
  found: readonly { readonly host: Host; readonly files: readonly SnapshotFile[] }[],
): readonly Snapshot[] {
  const byName = new Map<string, Snapshot>();
  for (const { host, files } of found) {
    for (const { name, bytes, takenAt } of files) {
      const known = byName.get(name);
      byName.set(name, {
        name,
        bytes: Math.max(bytes, known?.bytes ?? 0),
        takenAt: Math.min(takenAt, known?.takenAt ?? takenAt),
        hosts: [...(known?.hosts ?? []), host.name],
      });
    }
  }
  return [...byName.values()].sort((a, b) => b.takenAt - a.takenAt || a.name.localeCompare(b.name));
}
