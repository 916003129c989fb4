import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DroverError } from "../core/errors.ts";

/** Longer than the longest lab command (a first `up` that builds the base image). */
const patienceSeconds = 3600;

/**
 * Does some work while no other lab command of the same lab runs; waits for one that does, and says so.
 * The lock is held by a child `flock`, whose end the kernel sees to: when we die, its stdin ends, and nothing that we
 * start inherits the lock.
 * @throws DroverError `lab/failed` when the other command takes too long
 */
export async function withLock<T>(file: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const script = "echo held; exec cat >/dev/null";
  const holder = spawn("flock", ["-w", String(patienceSeconds), file, "sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = setTimeout(() => say("Another lab command is running; waiting for it to end"), 1000);
  const held = await saysHeld(holder);
  clearTimeout(waiting);
  if (!held) {
    throw new DroverError("lab/failed", `another lab command has held ${file} for ${patienceSeconds} s`, {
      remedy: `Find it with: fuser -v ${file}`,
    });
  }
  try {
    return await work();
  } finally {
    const ended = once(holder, "close");
    holder.stdin.end();
    await ended;
  }
}

/** Resolves when it says that it holds the lock (true), or when it has ended without (false). */
async function saysHeld(holder: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    holder.stdout?.once("data", () => resolve(true));
    holder.once("close", () => resolve(false));
    holder.once("error", () => resolve(false));
  });
}
