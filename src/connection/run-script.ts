import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { Capture } from "./capture.ts";
import type { Start } from "./running.ts";
import type { ExecOptions } from "./types.ts";

/** Output of one script on one stream beyond this is a mistake, not an answer. In bytes. */
export const outputLimit = 64 * 1024 * 1024;

/** What is run and how it is told from its surroundings. */
export interface Job {
  readonly command: string;
  /** All of stdin; it may hold secrets and is never part of an error. */
  readonly stdin: string;
  /** The line that begins our output, or undefined where nobody else can write. */
  readonly mark: string | undefined;
}

/** What a script left behind, and what surrounded it. */
export interface Outcome {
  readonly result: Result;
  /** Whether the script's shell was reached. */
  readonly begun: boolean;
  /** Stderr before the mark. */
  readonly before: string;
}

function tail(...texts: readonly string[]): readonly string[] {
  const lines = texts.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
  return lines.slice(-5);
}

function tooLong(timeoutMs: number, details: readonly string[]): DroverError {
  return new DroverError("step/action-timeout", `no end after ${Math.round(timeoutMs / 1000)} s`, {
    remedy: "Look on the machine at what it waits for, then run again.",
    details,
  });
}

function tooMuch(): DroverError {
  return new DroverError("step/action-failed", `more than ${outputLimit / 1024 / 1024} MiB of output`, {
    remedy: "This is a defect of the step that asked. Please report it.",
  });
}

/**
 * Runs one script to its end.
 * @throws DroverError `step/action-timeout`, `step/action-failed` (too much output), and what `start` throws
 */
export async function runScript(start: Start, job: Job, options: ExecOptions): Promise<Outcome> {
  const stop = Promise.withResolvers<never>();
  const listen = (stream: "stdout" | "stderr") =>
    new Capture({
      mark: job.mark,
      limit: outputLimit,
      onOverflow: () => stop.reject(tooMuch()),
      onLine:
        options.onLine === undefined && options.limitFrom === undefined
          ? undefined
          : (line) => {
              const ms = options.limitFrom?.(line, stream);
              if (ms !== undefined) limit(ms);
              options.onLine?.(line, stream);
            },
    });
  const [out, err] = [listen("stdout"), listen("stderr")];
  const running = start({
    command: job.command,
    onStdout: (chunk) => out.push(chunk),
    onStderr: (chunk) => err.push(chunk),
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.reject(tooLong(ms, tail(out.text, err.text))), ms);
  };
  limit(options.timeoutMs);
  try {
    running.stdin.end(job.stdin);
    const code = await Promise.race([running.ended, stop.promise]);
    out.end();
    err.end();
    return { result: { code, stdout: out.text, stderr: err.text }, begun: out.begun, before: err.before };
  } catch (error) {
    running.kill();
    running.ended.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
