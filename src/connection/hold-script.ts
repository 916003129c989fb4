import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "../core/probe.ts";
import { Capture } from "./capture.ts";
import { type Job, outputLimit } from "./run-script.ts";
import type { Start } from "./running.ts";
import type { Held } from "./types.ts";

/** How often a held script hears that we still live. In ms. */
const heartbeatMs = 15_000;

/** How long a released script may take to end before its channel is closed under it. In ms. */
const graceMs = 2_000;

/** A held script, and whether its shell was reached at all. */
export interface Holding {
  readonly held: Held;
  readonly begun: boolean;
  /** Stderr before the mark. */
  readonly before: string;
}

/**
 * Starts a script whose stdin stays open and gets an empty line every 15 s. Waits for its first line of output.
 * @throws DroverError what `start` throws
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
  // out.end() makes a last line without a newline the first line, and that wins the race as it should.
  const first = await Promise.race([firstLine.promise, ended]);
  const release = async () => {
    stopHeart();
    running.stdin.end();
    await Promise.race([ended.catch(() => {}), sleep(graceMs, undefined, { ref: false })]);
    running.kill();
  };
  return { held: { first, release }, begun: out.begun, before: err.before };
}
