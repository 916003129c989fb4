import { DroverError } from "./errors.ts";
import type { Result } from "./probe.ts";
import { quote, type Sh } from "./shell.ts";

/** Seconds after which a probe is cut. It then answers 124, as timeout(1) says. */
export const probeLimitSeconds = 20;

/**
 * One script that asks every question, each in a shell of its own, and marks begin, end and exit code on both streams.
 * The nonce (64 random bits, as hex) keeps answers from forging a mark. The newline before a mark belongs to the mark,
 * so that output without a final newline stays exact.
 */
export function composeBatch(questions: readonly Sh[], nonce: string): string {
  const asks = questions.map((question, index) => `ask ${index} ${quote(question.text)}`);
  return `LC_ALL=C; export LC_ALL
mark() { printf '\\n%s %s\\n' '${nonce}' "$1"; printf '\\n%s %s\\n' '${nonce}' "$1" >&2; }
ask() {
  mark "begin $1"
  timeout -k 2 ${probeLimitSeconds} /bin/sh -c "$2" </dev/null
  mark "end $1 $?"
}
${asks.join("\n")}
exit 0
`;
}

interface Section {
  readonly text: string;
  readonly code: number;
}

function readSection(stream: string, nonce: string, index: number): Section | undefined {
  const begin = `\n${nonce} begin ${index}\n`;
  const start = stream.indexOf(begin);
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
