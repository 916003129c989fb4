import type { Result } from "./probe.ts";
import { Sh, sh } from "./shell.ts";

/** In bytes. No text that Drover edits comes near it; a log that somebody put in its place does. */
export const longestFile = 4 * 1024 * 1024;

/** Exit codes of a question after a file that is not there, and after one that is no regular file. */
export const fileCodes = { absent: 44, notRegular: 45 } as const;

const body = sh`[ -e "$f" ] || exit ${fileCodes.absent}
{ [ ! -L "$f" ] || f=$(readlink -f -- "$f"); } && [ -f "$f" ] || exit ${fileCodes.notRegular}
stat -c '%s %a %u:%g' -- "$f" && printf '%s\n' "$f" && head -c ${longestFile} -- "$f"`;

/**
 * Asks for a whole text file: a line with size, mode and owner, one with where it really lies, then every byte. Only a link is
 * followed by a program: there are many files, and few links.
 */
export function fileQuestion(path: string): Sh {
  return sh`f=${path}
${body}`;
}

/**
 * Prints a text of a few lines, as of /proc, without a program: the shell reads it byte by byte. A last line without an end
 * gets one.
 */
export function printLines(path: string): Sh {
  return sh`while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done <${path}`;
}

/** Asks whether there is something under a path: code 0 or 1. */
export function existsQuestion(path: string): Sh {
  return sh`[ -e ${path} ]`;
}

/** The path of a question after a file, quoted for the shell; undefined for other questions. */
function fileWord({ text }: Sh): string | undefined {
  return text.startsWith("f=") && text.endsWith(`\n${body.text}`) ? text.slice(2, -body.text.length - 1) : undefined;
}

/** The same of a question whether there is something, where it is a plain word. */
function thereWord({ text }: Sh): string | undefined {
  return /^\[ -e ([\w\-+=:,./@]+) \]$/.exec(text)?.[1];
}

/** Questions as they are put to a machine, and how the answers to them answer those that were to be put. */
export interface Together {
  readonly asked: readonly Sh[];
  /** In the order of the questions; undefined for one that has to be put by itself. */
  readonly read: (results: readonly Result[]) => readonly (Result | undefined)[];
}

/**
 * Has all files read by two programs instead of two for each: a start of one takes most of its time. The first question is after
 * all of them: a line for each path of which only that is asked, whether there is something; one for each file with its exit code
 * and where it really lies; stat(1)'s lines; then head(1)'s output, which names each file before its bytes. What cannot be told
 * apart in there for certain has to be asked for by itself: files that are no text, are too large or changed just then.
 */
export function filesTogether(questions: readonly Sh[]): Together {
  const words = questions.map((question) => ({ there: thereWord(question), file: fileWord(question) }));
  const theres = words.flatMap(({ there }) => there ?? []);
  const files = words.flatMap(({ file }) => file ?? []);
  if (files.length < 2) return { asked: questions, read: (results) => results };
  const others = questions.filter((_, index) => words[index]?.there === undefined && words[index]?.file === undefined);
  return {
    asked: [allOf(theres, files), ...others],
    read: ([first, ...results]) => {
      const told = (first && readTogether(first, theres.length, files.length)) ?? { theres: [], files: [] };
      const [thereAnswers, fileAnswers, otherAnswers] = [told.theres.values(), told.files.values(), results.values()];
      return words.map(({ there, file }) => {
        if (there !== undefined) return thereAnswers.next().value;
        return (file === undefined ? otherAnswers : fileAnswers).next().value;
      });
    },
  };
}

function allOf(theres: readonly string[], files: readonly string[]): Sh {
  // `for` with nothing to go through is no mistake of the shell's.
  return sh`set --
for f in ${Sh.trusted(theres.join(" "))}; do
  [ -e "$f" ]
  echo $?
done
for f in ${Sh.trusted(files.join(" "))}; do
  if [ ! -e "$f" ]; then echo ${fileCodes.absent}
  elif { [ ! -L "$f" ] || f=$(readlink -f -- "$f"); } && [ -f "$f" ]; then
    printf '0 %s\n' "$f"
    set -- "$@" "$f"
  else echo ${fileCodes.notRegular}; fi
done
[ $# -gt 0 ] || exit 0
stat -c '%s %a %u:%g' -- "$@" && head -v -c ${longestFile} -- "$@"`;
}

function readTogether({ code, stdout }: Result, theres: number, files: number) {
  const rows = take(stdout, /^([01])\n/, theres);
  if (rows === undefined) return undefined;
  return {
    theres: rows.found.map(([, exit]): Result => ({ code: Number(exit), stdout: "", stderr: "" })),
    files: readFiles(code, rows.rest, files),
  };
}

/** The answers, as each file's own question would have got them, up to the first that cannot be told for certain. */
function readFiles(code: number, stdout: string, count: number): readonly (Result | undefined)[] {
  // Without the program there is no other answer to the single questions either.
  if (code === 127) return Array.from({ length: count }, () => ({ code, stdout: "", stderr: "" }));
  const rows = take(stdout, /^(?:([1-9]\d*)|0 (\/[^\0-\x1f\x7f]*))\n/, count);
  if (rows === undefined) return [];
  const paths = rows.found.flatMap(([, , path]) => path ?? []);
  const stats = take(rows.rest, /^(\d+) ([0-7]{1,4}) (\d+:\d+)\n/, paths.length);
  if (stats === undefined) return [];
  const sizes = stats.found.map(([, size]) => Number(size));
  const texts = textsOf(stats.rest, paths, sizes).values();
  const heads = stats.found.values();
  return rows.found.map(([, exit, path]) => {
    if (path === undefined) return { code: Number(exit), stdout: "", stderr: "" };
    const [head = ""] = heads.next().value ?? [];
    const text = texts.next().value;
    return text === undefined ? undefined : { code: 0, stdout: `${head}${path}\n${text}`, stderr: "" };
  });
}

/** `count` lines from the front of a text, and what follows them. */
function take(text: string, line: RegExp, count: number) {
  const found: RegExpExecArray[] = [];
  let rest = text;
  for (let n = 0; n < count; n += 1) {
    const match = line.exec(rest);
    if (match === null) return undefined;
    found.push(match);
    rest = rest.slice(match[0].length);
  }
  return { found, rest };
}

/** What head(1) printed of each file, as long as each is as long as it should be and the next one begins right behind it. */
function textsOf(printed: string, paths: readonly string[], sizes: readonly number[]): readonly string[] {
  const texts: string[] = [];
  const begin = (index: number) => `${index === 0 ? "" : "\n"}==> ${paths[index]} <==\n`;
  let rest = printed;
  for (const [index, size] of sizes.entries()) {
    if (!rest.startsWith(begin(index))) break;
    const from = rest.slice(begin(index).length);
    const text = firstBytes(from, size);
    rest = from.slice(text.length);
    const isLast = index === paths.length - 1;
    if (Buffer.byteLength(text) !== size || !(isLast ? rest === "" : rest.startsWith(begin(index + 1)))) break;
    texts.push(text);
  }
  return texts;
}

/** The first so many bytes of a text in UTF-8; fewer if that many would end within a character. */
function firstBytes(text: string, size: number): string {
  const plain = text.slice(0, size);
  return Buffer.byteLength(plain) === size ? plain : Buffer.from(text).subarray(0, size).toString();
}
