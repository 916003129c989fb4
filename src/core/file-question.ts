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

const [folder, name] = [Sh.trusted(`"\${f%/*}/"`), Sh.trusted(`"\${f##*/}"`)];

/** What is done with each path of a set: whether the file `f` belongs to it, and where it really lies, as `r`. */
export const inSet = {
  belongs: sh`{ [ -f "$f" ] && [ -r "$f" ]; } || [ "$f" -ef /dev/null ]`,
  lies: sh`if [ -L "$f" ]; then r=$(readlink -f -- "$f"); else cd -P -- ${folder} && r=$PWD/${name}; fi`,
};

const setBody = sh`for f do
  shift
  if ${inSet.belongs}; then set -- "$@" "$f"; fi
done
[ $# -gt 0 ] || { printf '\n--\n\n--\n\fend\n'; exit 0; }
stat -L -c '%s %a %u:%g %n' -- "$@" && echo -- || exit 1
for f do
  ${inSet.lies} && printf '%s\n' "$r" || exit 1
done
echo --
awk 'FNR==1 {printf "\f%s\n", FILENAME} {print}' "$@" && printf '\fend\n'`;

/**
 * Asks for all files that match, whole, with two processes however many they are, and one for each link. Their folders' links are
 * followed by the shell. Files that are masked by a link to /dev/null come as empty ones. `globs` is shell text: patterns, and
 * commands that print paths. Three parts, each ended by a line `--`: size, mode, owner and path of each; where each really lies;
 * a form feed, the path and the lines of each that has any, and `end` after the last.
 */
export function setQuestion(globs: Sh): Sh {
  return sh`set -- ${globs}
${setBody}`;
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

/** Shell text of the question that asks for the same, where it is one of these; for who puts several together. */
export function askedFor({ text }: Sh): { readonly there?: string; readonly file?: string; readonly set?: string } {
  const there = /^\[ -e ([\w\-+=:,./@]+) \]$/.exec(text)?.[1];
  if (there !== undefined) return { there };
  const between = (before: string, { text: after }: Sh): string | undefined =>
    text.startsWith(before) && text.endsWith(`\n${after}`) ? text.slice(before.length, -after.length - 1) : undefined;
  const file = between("f=", body);
  if (file !== undefined) return { file };
  const set = between("set -- ", setBody);
  return set === undefined ? {} : { set };
}
