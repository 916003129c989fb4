import { setQuestion } from "../../core/file-question.ts";
import type { Probe } from "../../core/probe.ts";
import type { Sh } from "../../core/shell.ts";
import type { FileState } from "./file-probe.ts";

/** One of several text files that were asked for together. */
export interface SetFile {
  /** As it was listed. */
  readonly path: string;
  /** Where it lies, links followed. */
  readonly realPath: string;
  /** Its lines, also where it cannot be edited. */
  readonly text: string;
  /** What an edit needs. */
  readonly file: Exclude<FileState, { kind: "absent" }>;
}

/** The texts by path, as awk printed them: with a newline at the very end in any case. */
function textsOf(body: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const section of body.split("\f").slice(1)) {
    const end = section.indexOf("\n");
    texts.set(section.slice(0, end), section.slice(end + 1));
  }
  return texts;
}

function setFile(head: string, realPath: string, texts: ReadonlyMap<string, string>): SetFile | undefined {
  const [, bytes, mode, owner, path] = /^(\d{1,12}) ([0-7]{1,4}) (\d+:\d+) (\/[^\0-\x1f\x7f]+)$/.exec(head) ?? [];
  if (path === undefined || bytes === undefined || mode === undefined || owner === undefined) return undefined;
  if (!/^\/[^\0-\x1f\x7f]*$/.test(realPath)) return undefined;
  const printed = texts.get(path) ?? "";
  const size = Number(bytes);
  const text = Buffer.byteLength(printed) === size + 1 && printed.endsWith("\n") ? printed.slice(0, -1) : printed;
  const whole = Buffer.byteLength(text) === size && !text.includes("\uFFFD") && !text.includes("\0");
  const why = "it holds bytes that are not text in UTF-8";
  const present = { kind: "present", text, mode: Number.parseInt(mode, 8), owner, realPath } as const;
  return { path, realPath, text, file: whole ? present : { kind: "unreadable", why } };
}

function parse(stdout: string): readonly SetFile[] | undefined {
  const [heads, paths, ...bodies] = stdout.split("\n--\n");
  const body = bodies.join("\n--\n");
  if (heads === undefined || paths === undefined || !body.endsWith("\fend\n")) return undefined;
  const real = paths.split("\n");
  const rows = heads.split("\n").filter((head) => head !== "");
  if (rows.length > 0 && real.length !== rows.length) return undefined;
  const texts = textsOf(body.slice(0, -"\fend\n".length));
  const files = rows.map((head, index) => setFile(head, real[index] ?? "", texts));
  return files.every((file) => file !== undefined) ? files : undefined;
}

/** Asks for all files that match, whole. `globs` is shell text: patterns, and commands that print paths. */
export function fileSetProbe(globs: Sh): Probe<readonly SetFile[] | undefined> {
  return {
    sh: setQuestion(globs),
    parse: (answer) => (answer.code === 0 ? parse(answer.stdout) : undefined),
  };
}
