import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** Exit status that we ask of flock where somebody else holds the lock. */
const busy = 75;

/**
 * Takes the lock, so that one process at a time makes parts; `waiting` is called every `pollMs` while another holds it.
 * The kernel holds it for a child whose stdin is ours: it is free as soon as this process ends, however it ends.
 */
export async function takeLock(file: string, waiting: () => Promise<void>, pollMs = 3000): Promise<AsyncDisposable> {
  for (;;) {
    const held = await tryLock(file);
    if (held !== undefined) return held;
    await waiting();
    await sleep(pollMs);
  }
}

async function tryLock(file: string): Promise<AsyncDisposable | undefined> {
  const holder = execa("flock", ["-n", "-E", String(busy), file, "sh", "-c", "echo held; exec cat"], {
    reject: false,
    stdin: "pipe",
    stdout: "pipe",
    buffer: false,
  });
  const first = await Promise.race([once(holder.stdout, "data"), holder]);
  if (!Array.isArray(first)) {
    if (first.exitCode === busy) return undefined;
    throw new Error(`flock ${file} ended with ${first.exitCode ?? first.message}`);
  }
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await holder;
    },
  };
}
