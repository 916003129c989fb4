import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DroverError } from "../core/errors.ts";

/** Takes the lock of file `$0`, and keeps it until stdin ends. Another one may have it for `$1` seconds at most; that is said first. */
const script = `exec 9>>"$0"
flock -n 9 || { echo taken; flock -w "$1" 9; } || exit 1
echo held
exec cat >/dev/null`;

/** Longer than the longest lab command (a first `up` that builds the base image). */
const patienceSeconds = 3600;

/**
 * Does some work while no other lab command of the same lab runs; waits for one that does, and says so.
 * The lock is held by a child, whose end the kernel sees to: when we die, its stdin ends, and nothing that we start inherits
 * the lock.
 * @throws DroverError `lab/failed` when the other command takes too long
 */
export async function withLock<T>(file: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn("sh", ["-c", script, file, String(patienceSeconds)], { stdio: ["pipe", "pipe", "ignore"] });
  if (!(await saysHeld(holder, () => say("Another lab command is running; waiting for it to end")))) {
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

/** Resolves when it says that it holds the lock (true), or when it has ended without (false); told once if another one has it. */
async function saysHeld(holder: ChildProcess, taken: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let said = "";
    holder.stdout?.on("data", (chunk) => {
      if (said === "" && String(chunk).startsWith("taken")) taken();
      said += String(chunk);
      if (said.endsWith("held\n")) resolve(true);
    });
    holder.once("close", () => resolve(false));
    holder.once("error", () => resolve(false));
  });
}
