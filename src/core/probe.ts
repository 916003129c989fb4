import type { Sh } from "./shell.ts";

/** What a command left behind. A non-zero code is a value here, not an error. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A read-only question: POSIX sh, and the pure function that reads the answer. No secrets in `sh`. */
export interface Probe<T> {
  readonly sh: Sh;
  /** Never throws: an answer that makes no sense is also a value (exit 127, empty, cut, hostile). */
  readonly parse: (answer: Result) => T;
  /**
   * Asked only if the answer to this other question calls for it, after that one; else its answer is that of a command that
   * failed. For what costs much and is rarely needed.
   */
  readonly onlyIf?: Condition;
}

/** A question, and what of its answer calls for another one. Never throws. */
export interface Condition {
  readonly sh: Sh;
  readonly isNeeded: (answer: Result) => boolean;
}

/** The named questions of one step. */
export type Probes = Readonly<Record<string, Probe<unknown>>>;

/** The answers to them, under the same names. */
export type Observed<P extends Probes> = { readonly [K in keyof P]: P[K] extends Probe<infer T> ? T : never };

/** A probe whose answer is its standard output, or undefined if it failed. */
export function text(command: Sh): Probe<string | undefined> {
  return { sh: command, parse: (answer) => (answer.code === 0 ? answer.stdout : undefined) };
}

/** A probe whose answer is whether it ended with 0. */
export function succeeds(command: Sh): Probe<boolean> {
  return { sh: command, parse: (answer) => answer.code === 0 };
}

/** Standard output without empty lines and surrounding blanks. */
export function lines(output: string): readonly string[] {
  return output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
