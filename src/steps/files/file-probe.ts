import { fileCodes, fileQuestion, longestFile } from "../../core/file-question.ts";
import type { Probe, Result } from "../../core/probe.ts";

/** A text file as it lies on a host. */
export interface PresentFile {
  readonly kind: "present";
  /** Every byte of it, also where the last line does not end. */
  readonly text: string;
  /** As in 0o644. */
  readonly mode: number;
  /** `uid:gid` */
  readonly owner: string;
  /** Where it really lies, symbolic links followed. */
  readonly realPath: string;
}

/** What is known of a file. `unreadable` means: do not touch it. */
export type FileState =
  | PresentFile
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string };

function unreadable(why: string): FileState {
  return { kind: "unreadable", why };
}

// The size is asked for too: a text that was cut, or whose bytes are not UTF-8, must never be written back.
function parse(answer: Result): FileState {
  if (answer.code === fileCodes.absent && answer.stdout === "") return { kind: "absent" };
  if (answer.code === fileCodes.notRegular) return unreadable("it is not a regular file");
  if (answer.code !== 0) return unreadable("it cannot be read");
  const head = /^(\d+) ([0-7]{1,4}) (\d+:\d+)\n(\/[^\0-\x1f\x7f]*)\n/.exec(answer.stdout);
  if (head === null) return unreadable("the answer about it makes no sense");
  const [whole, size = "", mode = "", owner = "", realPath = ""] = head;
  const text = answer.stdout.slice(whole.length);
  if (Number(size) > longestFile) return unreadable("it is larger than 4 MiB, and no file that anybody wrote");
  if (text.includes("\0")) return unreadable("it holds NUL bytes");
  if (text.includes("\uFFFD")) return unreadable("it holds bytes that are not UTF-8");
  if (Buffer.byteLength(text) !== Number(size)) return unreadable("it did not arrive whole");
  return { kind: "present", text, mode: Number.parseInt(mode, 8), owner, realPath };
}

/** Asks for a whole text file, together with what is needed to put an edited one in its place. */
export function fileProbe(path: string): Probe<FileState> {
  return { sh: fileQuestion(path), parse };
}
