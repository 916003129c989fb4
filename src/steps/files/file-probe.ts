import type { Probe, Result } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

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

/** In bytes. No text that Drover edits comes near it; a log that somebody put in its place does. */
const longest = 4 * 1024 * 1024;

const absentCode = 44;
const notRegularCode = 45;

function unreadable(why: string): FileState {
  return { kind: "unreadable", why };
}

// The size is asked for too: a text that was cut, or whose bytes are not UTF-8, must never be written back.
function parse(answer: Result): FileState {
  if (answer.code === absentCode && answer.stdout === "") return { kind: "absent" };
  if (answer.code === notRegularCode) return unreadable("it is not a regular file");
  if (answer.code !== 0) return unreadable("it cannot be read");
  const head = /^(\d+) ([0-7]{1,4}) (\d+:\d+)\n(\/[^\0-\x1f\x7f]*)\n/.exec(answer.stdout);
  if (head === null) return unreadable("the answer about it makes no sense");
  const [whole, size = "", mode = "", owner = "", realPath = ""] = head;
  const text = answer.stdout.slice(whole.length);
  if (Number(size) > longest) return unreadable("it is larger than 4 MiB, and no file that anybody wrote");
  if (text.includes("\0")) return unreadable("it holds NUL bytes");
  if (text.includes("\uFFFD")) return unreadable("it holds bytes that are not UTF-8");
  if (Buffer.byteLength(text) !== Number(size)) return unreadable("it did not arrive whole");
  return { kind: "present", text, mode: Number.parseInt(mode, 8), owner, realPath };
}

/**
 * Asks for a whole text file, together with what is needed to put an edited one in its place. Only a link is followed by a
 * program: there are many files, and few links.
 */
export function fileProbe(path: string): Probe<FileState> {
  return {
    sh: sh`f=${path}
[ -e "$f" ] || exit ${absentCode}
{ [ ! -L "$f" ] || f=$(readlink -f -- "$f"); } && [ -f "$f" ] || exit ${notRegularCode}
stat -c '%s %a %u:%g' -- "$f" && printf '%s\n' "$f" && head -c ${longest} -- "$f"`,
    parse,
  };
}
