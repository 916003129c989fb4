import type { Result } from "../../../src/core/probe.ts";

/** A word that `quote` made, as it was before. */
function unquoted(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
}

/**
 * A double of the shell that runs a batch of questions (src/core/batch.ts): the answer to each is what `reply` gives for its
 * text; undefined counts as a program that is not there. Undefined for a script that is no batch.
 */
export function answerBatch(script: string, reply: (question: string) => Result | undefined): Result | undefined {
  const nonce = /^ {2}exec .* <<'([0-9a-f]{16})'$/m.exec(script)?.[1];
  if (nonce === undefined) return undefined;
  const asks = [...script.matchAll(/^ask (\d+) ('(?:[^']|'\\'')*'|\S+)$/gm)];
  const missing: Result = { code: 127, stdout: "", stderr: "not found" };
  const sections = asks.map(([, index, word = ""]) => {
    const { code, stdout, stderr } = reply(unquoted(word)) ?? missing;
    const around = (text: string) => `\n${nonce} begin ${index}\n${text}\n${nonce} end ${index} ${code}\n`;
    return { stdout: around(stdout), stderr: around(stderr) };
  });
  const all = (stream: "stdout" | "stderr") => sections.map((one) => one[stream]).join("");
  return { code: 0, stdout: all("stdout"), stderr: all("stderr") };
}
