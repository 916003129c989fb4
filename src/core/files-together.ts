import { askedFor, fileCodes, inSet, longestFile } from "./file-question.ts";
import type { Result } from "./probe.ts";
import { Sh, sh } from "./shell.ts";

/** Questions as they are put to a machine, and how the answers to them answer those that were to be put. */
export interface Together {
  readonly asked: readonly Sh[];
  /** In the order of the questions; undefined for one that has to be put by itself. */
  readonly read: (results: readonly Result[]) => readonly (Result | undefined)[];
}

/**
 * Has all files and sets of files read by two programs instead of two for each: a start of one takes most of its time. The first
 * question is after all of them: a line for each path of which only that is asked, whether there is something; one for each file
 * with its exit code and where it really lies; two for each file of a set, and a dot after each set; stat(1)'s lines; then
 * head(1)'s output, which names each file before its bytes. What cannot be told apart in there for certain has to be asked for by
 * itself: files that are no text, are too large or changed just then.
 */
export function filesTogether(questions: readonly Sh[]): Together {
  const wanted = questions.map(askedFor);
  const theres = wanted.flatMap(({ there }) => there ?? []);
  const files = wanted.flatMap(({ file }) => file ?? []);
  const sets = wanted.flatMap(({ set }) => set ?? []);
  if (files.length + sets.length < 2) return { asked: questions, read: (results) => results };
  const others = questions.filter((_, index) => Object.keys(wanted[index] ?? {}).length === 0);
  return {
    asked: [allOf(theres, files, sets), ...others],
    read: ([first, ...results]) => {
      const counts = { theres: theres.length, files: files.length, sets: sets.length };
      const told = first && readTogether(first, counts);
      const from = { there: values(told?.theres), file: values(told?.files), set: values(told?.sets) };
      const other = results.values();
      return wanted.map(({ there, file, set }) => {
        if (there !== undefined) return from.there.next().value;
        if (file !== undefined) return from.file.next().value;
        return (set === undefined ? other : from.set).next().value;
      });
    },
  };
}

function values(results: readonly (Result | undefined)[] = []) {
  return results.values();
}

function allOf(theres: readonly string[], files: readonly string[], sets: readonly string[]): Sh {
  // `for` with nothing to go through is no mistake of the shell's.
  const each = sets.map(
    (set) =>
      sh`for f in ${Sh.trusted(set)}; do
  ${inSet.belongs} || continue
  ${inSet.lies} || r=
  printf '%s\n%s\n' "$f" "$r"
  set -- "$@" "$r"
done
echo .
`.text,
  );
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
${Sh.trusted(each.join(""))}[ $# -gt 0 ] || exit 0
stat -c '%s %a %u:%g' -- "$@" && head -v -c ${longestFile} -- "$@"`;
}

type Maybe = readonly (Result | undefined)[];

interface Read {
  readonly theres: Maybe;
  readonly files: Maybe;
  readonly sets: Maybe;
}

interface Counts {
  readonly theres: number;
  readonly files: number;
  readonly sets: number;
}

const answered = (stdout: string, code = 0): Result => ({ code, stdout, stderr: "" });

function none(count: number): Maybe {
  return Array.from({ length: count }, () => answered("", 127));
}

/** The answers, as each question by itself would have got them, up to the first that cannot be told for certain. */
function readTogether({ code, stdout }: Result, counts: Counts): Read | undefined {
  // Nothing ran at all: nothing else would.
  if (code === 127 && stdout === "")
    return { theres: none(counts.theres), files: none(counts.files), sets: none(counts.sets) };
  const theres = take(stdout, /^([01])\n/, counts.theres);
  if (theres === undefined) return undefined;
  const read = { theres: theres.found.map(([, exit]) => answered("", Number(exit))), files: [], sets: [] };
  // Without the program there is no other answer to the questions after single files either.
  if (code === 127) return { ...read, files: none(counts.files) };
  const rows = take(theres.rest, /^(?:([1-9]\d*)|0 (\/[^\0-\x1f\x7f]*))\n/, counts.files);
  const listed = rows && takeSets(rows.rest, counts.sets);
  if (rows === undefined || listed === undefined) return read;
  const own = rows.found.flatMap(([, , path]) => path ?? []);
  const paths = [...own, ...listed.sets.flatMap((set) => set.map(({ real }) => real))];
  const stats = take(listed.rest, /^(\d{1,12}) ([0-7]{1,4}) (\d+:\d+)\n/, paths.length);
  if (stats === undefined) return read;
  const sizes = stats.found.map(([, size]) => Number(size));
  const texts = textsOf(stats.rest, paths, sizes);
  const heads = stats.found.map(([line]) => line.trimEnd());
  let at = 0;
  const files = rows.found.map(([, exit, path]) => {
    if (path === undefined) return answered("", Number(exit));
    const [head, text] = [heads[at], texts[at]];
    at += 1;
    return text === undefined ? undefined : answered(`${head}\n${path}\n${text}`);
  });
  const sets = listed.sets.map((set) => {
    const [from, to] = [at, at + set.length];
    at = to;
    return texts.length < to ? undefined : answered(asSet(set, heads.slice(from, to), texts.slice(from, to)));
  });
  return { ...read, files, sets };
}

interface Listed {
  readonly path: string;
  readonly real: string;
}

function takeSets(
  text: string,
  count: number,
): { readonly sets: readonly (readonly Listed[])[]; readonly rest: string } | undefined {
  const sets: Listed[][] = [];
  let rest = text;
  while (sets.length < count) {
    const set: Listed[] = [];
    for (let row = listedRow.exec(rest); row !== null; row = listedRow.exec(rest)) {
      const [line, path = "", real = ""] = row;
      set.push({ path, real });
      rest = rest.slice(line.length);
    }
    if (!rest.startsWith(".\n")) return undefined;
    rest = rest.slice(2);
    sets.push(set);
  }
  return { sets, rest };
}

const listedRow = /^(\/[^\0-\x1f\x7f]+)\n(\/[^\0-\x1f\x7f]*)\n/;

/** As awk has it, every text that is not empty ends with a newline more if it has none. */
function asSet(set: readonly Listed[], heads: readonly string[], texts: readonly string[]): string {
  if (set.length === 0) return "\n--\n\n--\n\fend\n";
  const bodies = texts.map((text, index) => {
    if (text === "") return "";
    return `\f${set[index]?.path}\n${text.endsWith("\n") ? text : `${text}\n`}`;
  });
  const first = set.map(({ path }, index) => `${heads[index]} ${path}\n`).join("");
  return `${first}--\n${set.map(({ real }) => `${real}\n`).join("")}--\n${bodies.join("")}\fend\n`;
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
