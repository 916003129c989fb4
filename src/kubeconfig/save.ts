import { chmod, copyFile, lstat, mkdir, mkdtemp, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DroverError } from "../core/errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "may not be written by you",
  EPERM: "may not be written by you",
  EROFS: "lies on a read-only file system",
  ENOSPC: "cannot be written: the disk is full",
  EISDIR: "is a folder",
  // mkdir says so of the last folder, and ENOTDIR of one further up.
  EEXIST: "cannot be written: a part of its path is a file",
  ENOTDIR: "cannot be written: a part of its path is a file",
};

/** A file that is to be replaced. */
export interface Replacement {
  readonly path: string;
  readonly text: string;
  /** Whether there is a file already. */
  readonly isThere: boolean;
  /** What its copy ends with, such as `20260101T120000Z`. */
  readonly stamp: string;
  /** Whoever runs Drover: a file of somebody else is left alone. Undefined where users have no numbers. */
  readonly user: number | undefined;
}

/**
 * Writes a kubeconfig whole or not at all, for its owner alone, with a copy of the old one beside it; a link stays a link.
 * kubectl's own lock file keeps others from writing meanwhile.
 * @returns the path of the copy; undefined if there was nothing to copy
 * @throws DroverError `kubeconfig/unwritable`
 */
export async function saveKubeconfig(replacement: Replacement): Promise<string | undefined> {
  const { path, text, isThere, stamp } = replacement;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const target = isThere ? await realpath(path) : path;
    if (!isThere && (await isLink(path))) throw unwritable(path, "is a link to a file that is not there", undefined);
    if (isThere) await assertOurs(target, replacement.user);
    return await locked(target, () => replace(target, text, isThere ? `${target}.${stamp}.bak` : undefined));
  } catch (cause) {
    if (cause instanceof DroverError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw unwritable(path, reasons[code] ?? `cannot be written (${code})`, cause);
  }
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
}

/** Renaming over a file asks neither its mode nor its owner: somebody meant both. */
async function assertOurs(target: string, user: number | undefined): Promise<void> {
  const { mode, uid } = await stat(target);
  if ((mode & 0o222) === 0) throw unwritable(target, "is read-only", undefined);
  if (user !== undefined && uid !== user) throw unwritable(target, "belongs to another user", undefined);
}

async function replace(target: string, text: string, copy: string | undefined): Promise<string | undefined> {
  const folder = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    if (copy !== undefined) {
      await copyFile(target, copy);
      await chmod(copy, 0o600);
    }
    await writeFile(join(folder, "new"), text, { mode: 0o600, flush: true });
    await rename(join(folder, "new"), target);
    return copy;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As kubectl does it (client-go, tools/clientcmd): `<file>.lock`, made exclusively. */
async function locked<T>(target: string, action: () => Promise<T>): Promise<T> {
  const lock = `${target}.lock`;
  const held = await open(lock, "wx", 0o600).catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    throw unwritable(target, `is being changed by another program (${lock} is there)`, cause);
  });
  try {
    return await action();
  } finally {
    await held.close();
    await rm(lock, { force: true });
  }
}

function unwritable(path: string, why: string, cause: unknown): DroverError {
  return new DroverError("kubeconfig/unwritable", `${path} ${why}`, {
    remedy: "Put that right, name another file with KUBECONFIG, or print it: drover kubeconfig --print.",
    cause,
  });
}
