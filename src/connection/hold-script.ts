import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { Capture } from "./capture.ts";
import { type Job, outputLimit } from "./run-script.ts";
import type { Start } from "./running.ts";
import type { Held } from "./types.ts";

/** How often a held script hears that we still live. In ms. */
const heartbeatMs = 15_000;

/** How long a released script may take to end before its channel is closed under it. In ms. */
const graceMs = 2_000;

/** How long a held script may take to say its first line. In ms. */
const patienceMs = 60_000;

function silent(): DroverError {
  return new DroverError("step/action-timeout", `no answer after ${patienceMs / 1000} s`, {
    remedy: "Look on the machine at what keeps new commands from beginning, then run again.",
  });
}

/** A held script, and whether its shell was reached at all. */
export interface Holding {
  readonly held: Held;
  readonly begun: boolean;
  /** Stderr before the mark. */
  readonly before: string;
}

/**
 * Starts a script whose stdin stays open and gets an empty line every 15 s. Waits for its first line of output.
 * @throws DroverError `step/action-timeout` if that does not come within 60 s, and what `start` throws
 */
export async function holdScript(start: Start, job: Job): Promise<Holding> {
  const firstLine = Promise.withResolvers<string>();
  const overflow = () => running.kill();
  const err = new Capture({ mark: job.mark, limit: outputLimit, onOverflow: overflow });
  const out = new Capture({ mark: job.mark, limit: outputLimit, onOverflow: overflow, onLine: firstLine.resolve });
  const running = start({
    command: job.command,
    onStdout: (chunk) => out.push(chunk),
    onStderr: (chunk) => err.push(chunk),
  });
  running.stdin.write(job.stdin);
  const ended = running.ended.then((code): Result => {
    out.end();
    return { code, stdout: out.text, stderr: err.text };
  });
  const heartbeat = setInterval(() => running.stdin.write("\n"), heartbeatMs);
  heartbeat.unref();
  const stopHeart = () => clearInterval(heartbeat);
  ended.then(stopHeart, stopHeart);
  const timer = setTimeout(() => {
    firstLine.reject(silent());
    stopHeart();
    running.kill();
  }, patienceMs);
  // out.end() makes a last line without a newline the first line, and that wins the race as it should.
  const first = await Promise.race([firstLine.promise, ended]).finally(() => clearTimeout(timer));
  const release = async () => {
    stopHeart();
    running.stdin.end();
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, graceMs).unref();
    await Promise.race([ended.catch(() => {}), grace.promise]);
    clearTimeout(timer);
    running.kill();
  };
  return { held: { first, release }, begun: out.begun, before: err.before };
}
