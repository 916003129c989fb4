import { constants } from "node:fs";
import { access, chmod, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DroverError } from "../../core/errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "may not be written by you",
  EPERM: "may not be written by you",
  EROFS: "lies on a read-only file system",
  ENOSPC: "cannot be written: the disk is full",
  ENOENT: "cannot be written: its folder does not exist",
  EISDIR: "is a folder",
};

function unwritable(path: string, why: string, cause?: unknown): DroverError {
  return new DroverError("inventory/unwritable", `${path} ${why}`, {
    remedy: "Make it writable, or name another file with -i. The answers of drover init are kept.",
    cause,
  });
}

function failed(path: string, cause: unknown): DroverError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  return unwritable(path, reasons[code] ?? `cannot be written (${code})`, cause);
}

/** The text that is there, or undefined if there is no file. */
async function textAt(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw failed(path, cause);
  });
}

/**
 * Whether an inventory can be written there, said before anything is asked. A file without any write bit counts as
 * read-only for root, too: somebody meant it.
 * @throws DroverError `inventory/unwritable`
 */
export async function assertWritable(path: string): Promise<void> {
  try {
    if ((await textAt(path)) === undefined) return await access(dirname(path), constants.W_OK);
    await access(path, constants.W_OK);
    await access(dirname(await realpath(path)), constants.W_OK);
  } catch (cause) {
    throw cause instanceof DroverError ? cause : failed(path, cause);
  }
  if (((await stat(path)).mode & 0o222) === 0) throw unwritable(path, "is read-only");
}

/**
 * Writes an inventory whole or not at all: beside the old one, then in its place, with its mode; a link stays a link.
 * @param before the text that was read at the beginning; undefined: there was no file
 * @throws DroverError `inventory/changed` if there is another text now, `inventory/unwritable`
 */
export async function saveInventory(path: string, text: string, before: string | undefined): Promise<void> {
  if ((await textAt(path)) !== before) {
    throw new DroverError("inventory/changed", `${path} was changed meanwhile; nothing was written`, {
      remedy: "Run the command again: it reads the file as it is now. The answers of drover init are kept.",
    });
  }
  await assertWritable(path);
  try {
    const target = before === undefined ? path : await realpath(path);
    const mode = before === undefined ? undefined : (await stat(target)).mode & 0o777;
    const folder = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    try {
      await writeFile(join(folder, "new"), text, { mode: mode ?? 0o644, flush: true });
      // The mode of a new file is narrowed by umask, and a team may share the old one.
      if (mode !== undefined) await chmod(join(folder, "new"), mode);
      await rename(join(folder, "new"), target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (cause) {
    throw failed(path, cause);
  }
}
