import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";

/** Whether a file may take a place: nothing is there, or a plain file that is empty or bears the mark of its kind. */
export function mayReplace(path: string, mark: string): boolean {
  if (!existsSync(path)) return true;
  try {
    const there = statSync(path);
    return there.isFile() && (there.size === 0 || readFileSync(path, "utf8").includes(mark));
  } catch {
    return false;
  }
}

/**
 * Writes a file that only the operator may read, whole or not at all: beside its place first, then renamed over what is there.
 * Throws what the file system throws.
 */
export function writePrivately(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, "wx", 0o600);
  try {
    // Again: the mode of open is narrowed by umask.
    chmodSync(temporary, 0o600);
    const bytes = Buffer.from(content);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  } finally {
    closeSync(fd);
  }
}
