import type { Action, Change } from "../../core/step.ts";
import { quickly } from "../run-quickly.ts";
import { backUpOnce } from "./backup.ts";
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
  /** On one host at a time. */
  readonly oneByOne?: boolean;
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
    ...(edit.oneByOne === true ? { oneByOne: true } : {}),
  };
}
