import type { Sh } from "../../core/shell.ts";
import { sh } from "../../core/shell.ts";
import type { Action, Change } from "../../core/step.ts";
import { quickly } from "../run-quickly.ts";
import type { FileState } from "./file-probe.ts";

/** A file that shall hold another text. */
export interface FileEdit {
  /** What will be true afterwards, as a sentence without a full stop. */
  readonly summary: string;
  readonly path: string;
  /** What lies there now; the caller has dealt with `unreadable`. */
  readonly file: Exclude<FileState, { kind: "unreadable" }>;
  readonly after: string;
  /** Done before the file is touched: a trial of the new text, a mark that something must follow. */
  readonly beforehand?: readonly Action[];
  /** Done afterwards: what makes the new text count. */
  readonly afterwards?: readonly Action[];
  readonly disrupts?: NonNullable<Change["disrupts"]>;
}

/** Where the original of a file is kept. One flat folder, so that the way back needs no tree. */
export function backupPath(path: string): string {
  return `/var/lib/drover/backup/${path.replaceAll("%", "%25").replaceAll("/", "%2F")}`;
}

/**
 * Keeps the first original, or the fact that there was none (`.absent`). Moved into place whole, so that a run that was cut
 * leaves no half backup behind.
 */
function backUpOnce(path: string): Sh {
  const backup = backupPath(path);
  return sh`mkdir -p -m 0700 /var/lib/drover/backup || exit 1
if [ ! -e ${backup} ] && [ ! -e ${`${backup}.absent`} ]; then
  if [ -e ${path} ]; then
    cp -a -- ${path} ${`${backup}.part`} && mv -f -- ${`${backup}.part`} ${backup} || exit 1
  else
    : >${`${backup}.absent`} || exit 1
  fi
fi
mkdir -p -- ${path.replace(/\/[^/]*$/, "") || "/"}`;
}

/** A file edit as a change: trial, backup, the new text with the old mode and owner, and what must follow. */
export function editFile(edit: FileEdit): Change {
  const { file } = edit;
  const path = file.kind === "present" ? file.realPath : edit.path;
  const write: Action = {
    kind: "write",
    path,
    content: edit.after,
    mode: file.kind === "present" ? file.mode : 0o644,
    owner: file.kind === "present" ? file.owner : "root:root",
  };
  const [first, ...rest]: readonly Action[] = [...(edit.beforehand ?? []), quickly(backUpOnce(path)), write];
  return {
    summary: edit.summary,
    before: file.kind === "present" ? file.text : "",
    after: edit.after,
    actions: [first ?? write, ...rest, ...(edit.afterwards ?? [])],
    ...(edit.disrupts === undefined ? {} : { disrupts: edit.disrupts }),
  };
}
