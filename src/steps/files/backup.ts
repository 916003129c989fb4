import { type Sh, sh } from "../../core/shell.ts";

/** Where a host keeps what Drover has to know to put everything back. Only root may look. */
export const keptDir = "/var/lib/drover";

/** The originals of files. One flat folder, so that the way back needs no tree. */
export const backupDir = `${keptDir}/backup`;

/** A path as the name of one file. `%` never stands alone in it, so suffixes that begin with `%` cannot be part of a name. */
export function flatName(path: string): string {
  return path.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** The path that such a name stands for; undefined for a name that stands for none. */
export function pathOf(name: string): string | undefined {
  if (!/^%2F([^%/\0-\x1f\x7f]|%2F|%25)+$/.test(name)) return undefined;
  return name.replaceAll("%2F", "/").replaceAll("%25", "%");
}

/** Where the original of a file is kept. */
export function backupPath(path: string): string {
  return `${backupDir}/${flatName(path)}`;
}

/** Says that there was no original; its text is the folders that were made for the file, the deepest first. */
export function absentMark(path: string): string {
  return `${backupPath(path)}%absent`;
}

/**
 * Writes a file, by its path or by a word of the shell's, through to the disk. Else the host that loses its power may keep what
 * Drover wrote afterwards, and have lost this: ext4 gives a new file its blocks up to half a minute later.
 */
export function writeThrough(path: string | Sh): Sh {
  return sh`{ sync -- ${path} 2>/dev/null || :; }`;
}

/**
 * Keeps the first original of a file (or link, as a link) with owner, mode and times, or the fact that there was none.
 * Moved into place whole, so that a run that was cut leaves no half backup behind. Makes the file's folder.
 */
export function backUpOnce(path: string): Sh {
  const backup = backupPath(path);
  const part = `${backup}%part`;
  const folder = path.replace(/\/[^/]*$/, "") || "/";
  return sh`mkdir -p -m 0700 ${keptDir} ${backupDir} || exit 1
if [ ! -e ${backup} ] && [ ! -L ${backup} ] && [ ! -e ${absentMark(path)} ]; then
  if [ -e ${path} ] || [ -L ${path} ]; then
    cp -a -- ${path} ${part} && ${writeThrough(part)} && mv -f -- ${part} ${backup} || exit 1
  else
    f=${folder}; while [ ! -d "$f" ]; do printf '%s\n' "$f"; f=$(dirname -- "$f"); done >${part}
    ${writeThrough(part)} && mv -f -- ${part} ${absentMark(path)} || exit 1
  fi
fi
mkdir -p -- ${folder}`;
}
