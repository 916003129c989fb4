import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { DroverError } from "../../core/errors.ts";
import type { Answers } from "../../wizard/answers.ts";
import { answersText, readAnswers } from "../../wizard/saved-answers.ts";

/** Where an interview's answers are kept until its inventory is written: beside it, 0600. */
export function answersPath(inventory: string): string {
  return join(dirname(inventory), ".drover", "init.answers.json");
}

/**
 * Answers from a file, YAML or JSON.
 * @throws DroverError `cli/usage` if it cannot be read or holds anything else
 */
export async function answersFrom(path: string): Promise<Answers> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unusable(path, ["it cannot be read"], cause);
  });
  const read = readAnswers(parsed(path, text));
  if ("answers" in read) return read.answers;
  throw unusable(path, read.wrong);
}

function parsed(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw unusable(path, [cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "it is no YAML"], cause);
  }
}

function unusable(path: string, details: readonly string[], cause?: unknown): DroverError {
  return new DroverError("cli/usage", `${path} does not hold the answers of an interview`, {
    remedy: "It is YAML or JSON in the form of .drover/init.answers.json: hosts, user, name, and so on.",
    details,
    cause,
  });
}

/** Answers of an interview that was left, or undefined. A file that makes no sense is as good as none. */
export async function keptAnswers(path: string): Promise<Answers | undefined> {
  return answersFrom(path).catch(() => undefined);
}

/** Keeps answers whole or not at all. Throws what the file system throws. */
export async function keepAnswers(path: string, answers: Answers): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, answersText(answers), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** They have served. */
export async function forgetAnswers(path: string): Promise<void> {
  await rm(path, { force: true });
}
