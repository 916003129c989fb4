import { DroverError } from "./errors.ts";
import type { Result } from "./probe.ts";
import { quote, type Sh } from "./shell.ts";

/** Seconds after which a probe is cut. It then answers 124, as timeout(1) says. */
export const probeLimitSeconds = 20;

/**
 * One script that asks every question, each in a subshell of its own, and marks begin, end and exit code on both streams.
 * The nonce (64 random bits, as hex) keeps answers from forging a mark. The newline before a mark belongs to the mark,
 * so that output without a final newline stays exact.
 *
 * All questions run under one timeout(1), as starting it and a shell for each costs more than most of them. Which question
 * was reached goes out on descriptor 3: the one that was cut is asked again as the first of the next round, with the whole
 * time for itself, and is given up if it is cut there too. KILL, and to the whole group: a probe that ignores TERM would
 * keep the line open. Where there is no timeout(1), as on macOS, one goes without.
 */
export function composeBatch(questions: readonly Sh[], nonce: string): string {
  const asks = questions.map((question, index) => `ask ${index} ${quote(question.text)}`);
  const mark = `mark() { printf '\\n%s %s\\n' '${nonce}' "$1"; printf '\\n%s %s\\n' '${nonce}' "$1" >&2; }`;
  return `LC_ALL=C; export LC_ALL
${mark}
command -v timeout >/dev/null || timeout() { shift 3; "$@"; }
round() {
  timeout -s KILL ${probeLimitSeconds} /bin/sh -s "$1" 4>&- <<'${nonce}'
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
exec 4>&1
at=0
while [ "$at" -lt ${questions.length} ]; do
  reached=$(round "$at" 3>&1 >&4)
  reached=\${reached##*[!0-9]}
  [ -n "$reached" ] || exit 1
  [ "$reached" != "$at" ] || { mark "end $at 124"; reached=$((at + 1)); }
  at=$reached
done
exit 0
`;
}

interface Section {
  readonly text: string;
  readonly code: number;
}

function readSection(stream: string, nonce: string, index: number): Section | undefined {
  const begin = `\n${nonce} begin ${index}\n`;
  // The last one: a question that was cut is asked again.
  const start = stream.lastIndexOf(begin);
  if (start < 0) return undefined;
  const from = start + begin.length;
  const end = `\n${nonce} end ${index} `;
  // The mark's own newline may be the last character of `begin`, when nothing was printed between them.
  const stop = stream.indexOf(end, from - 1);
  if (stop < 0) return undefined;
  const code = /^(\d+)\n/.exec(stream.slice(stop + end.length))?.[1];
  if (code === undefined) return undefined;
  return { text: stream.slice(from, Math.max(from, stop)), code: Number(code) };
}

/**
 * The answers, in the order of the questions.
 * @throws DroverError `probe/incomplete` if an answer or its end is missing: half an answer is never taken for one.
 */
export function readBatch(output: Result, nonce: string, count: number): readonly Result[] {
  const results: Result[] = [];
  for (let index = 0; index < count; index += 1) {
    const stdout = readSection(output.stdout, nonce, index);
    const stderr = readSection(output.stderr, nonce, index);
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
