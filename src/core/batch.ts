import { DroverError } from "./errors.ts";
import type { Result } from "./probe.ts";
import { quote, type Sh } from "./shell.ts";

/** Seconds after which a probe is cut. */
export const probeLimitSeconds = 20;
/** What a probe answers then, as timeout(1) does. */
export const cutCode = 124;

/**
 * One script that asks every question, each in a subshell of its own, and marks begin, end and exit code on both streams.
 * The nonce (64 random bits, as hex) keeps answers from forging a mark. The newline before a mark belongs to the mark,
 * so that output without a final newline stays exact.
 *
 * All questions run under one timeout(1), as starting it and a shell for each costs more than most of them. Which question
 * was reached goes out on descriptor 3: the one that was cut is asked again as the first of the next round, with the whole
 * time for itself, and is given up if it is cut there too. KILL, and to the whole group: a probe that ignores TERM would
 * keep the line open. Where there is no timeout(1), as on macOS, one goes without.
 *
 * Each stream is gathered by a dd, which writes when it has 64 KiB or all: 60 questions answer in 250 small pieces, each of which
 * would be enciphered, sent and read by itself. That cost a third of Drover's processor time and a tenth of the run's
 * (docs/performance.md). Given `obs` alone dd waits for whole blocks, as POSIX has it. The shells that would only wait for one
 * of these programs become it: a shell more is 0.3 ms of each host.
 */
export function composeBatch(questions: readonly Sh[], nonce: string): string {
  const asks = questions.map((question, index) => `ask ${index} ${quote(question.text)}`);
  const mark = `mark() { printf '\\n%s %s\\n' '${nonce}' "$1"; printf '\\n%s %s\\n' '${nonce}' "$1" >&2; }`;
  return `LC_ALL=C; export LC_ALL
${mark}
cut='timeout -s KILL ${probeLimitSeconds}'
command -v timeout >/dev/null || cut=
round() {
  exec $cut /bin/sh -s "$1" 4>&- <<'${nonce}'
${mark}
ask() {
  [ "$1" -ge "$from" ] || return 0
  echo "$1" >&3
  mark "begin $1"
  (eval "$2") </dev/null 3>&-
  mark "end $1 $?"
}
from=$1
${asks.join("\n")}
echo ${questions.length} >&3
${nonce}
}
rounds() {
  exec 4>&1
  at=0
  while [ "$at" -lt ${questions.length} ]; do
    reached=$(round "$at" 3>&1 >&4)
    reached=\${reached##*[!0-9]}
    [ -n "$reached" ] || exit 1
    [ "$reached" != "$at" ] || { mark "end $at ${cutCode}"; reached=$((at + 1)); }
    at=$reached
  done
  exit 0
}
command -v dd >/dev/null || rounds
gather() { exec dd obs=65536 2>/dev/null; }
{ rounds 2>&1 >&5 5>&- | gather >&2; } 5>&1 | gather
exit 0
`;
}

interface Section {
  readonly text: string;
  readonly code: number;
}

/**
 * The sections of one stream by their numbers, in one pass: a stream that was searched for each of them would be read a
 * hundred times. Of a question that was cut and asked again the last one counts, and only if it has an end.
 */
function readSections(stream: string, nonce: string): ReadonlyMap<number, Section> {
  const sections = new Map<number, Section>();
  const mark = `\n${nonce} `;
  let begun: { readonly index: number; readonly from: number } | undefined;
  for (let at = stream.indexOf(mark); at >= 0; ) {
    const lineEnd = stream.indexOf("\n", at + mark.length);
    if (lineEnd < 0) break;
    const words = stream.slice(at + mark.length, lineEnd);
    const begin = /^begin (\d+)$/.exec(words)?.[1];
    const [, end, code] = /^end (\d+) (\d+)$/.exec(words) ?? [];
    if (begin !== undefined) {
      begun = { index: Number(begin), from: lineEnd + 1 };
      sections.delete(begun.index);
    } else if (begun !== undefined && end !== undefined && Number(end) === begun.index) {
      sections.set(begun.index, { text: stream.slice(begun.from, at), code: Number(code) });
      begun = undefined;
    }
    // A mark's own newline may be the last character of the mark before it, when nothing was printed between them.
    at = stream.indexOf(mark, lineEnd);
  }
  return sections;
}

/**
 * The answers, in the order of the questions.
 * @throws DroverError `probe/incomplete` if an answer or its end is missing: half an answer is never taken for one.
 */
export function readBatch(output: Result, nonce: string, count: number): readonly Result[] {
  const results: Result[] = [];
  const [out, err] = [readSections(output.stdout, nonce), readSections(output.stderr, nonce)];
  for (let index = 0; index < count; index += 1) {
    const [stdout, stderr] = [out.get(index), err.get(index)];
    if (stdout === undefined || stderr === undefined) {
      throw new DroverError("probe/incomplete", `only ${index} of ${count} answers arrived whole`, {
        remedy: "Run the command again. If it stays so, look at the host's sshd and at what its login shell prints.",
        details: output.stderr.split("\n").slice(-5),
      });
    }
    results.push({ code: stdout.code, stdout: stdout.text, stderr: stderr.text });
  }
  return results;
}
