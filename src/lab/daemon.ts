import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How long the kernel may take to end what was killed, on a machine with much to do. In ms. */
export const goneMs = 30_000;

/** A process that outlives us. */
export interface Daemon {
  /** Where its process number is kept. */
  readonly pidFile: string;
  readonly logFile: string;
  readonly file: string;
  readonly args: readonly string[];
  /** A word of its command line that no other process has: a process number alone may be somebody else's by now. */
  readonly mark: string;
}

/**
 * Starts it in a session of its own, unless it runs, and comes back when it can be told by its command line. It inherits nothing
 * but its log: node closes all else on exec.
 */
export async function startDaemon(daemon: Daemon): Promise<void> {
  if ((await daemonPid(daemon)) !== undefined) return;
  await mkdir(dirname(daemon.logFile), { recursive: true });
  const log = await open(daemon.logFile, "a");
  try {
    const child = spawn(daemon.file, daemon.args, { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => resolve(child.pid ?? 0));
    });
    child.unref();
    await writeFile(daemon.pidFile, `${pid}\n`);
    // The kernel tells that a program was started a moment before that has its command line: it would pass for one that ended.
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    await within(goneMs, async () => ended() || (await daemonPid(daemon)) !== undefined);
  } finally {
    await log.close();
  }
}

/** Its process number, if it lives. */
export async function daemonPid(daemon: Pick<Daemon, "pidFile" | "mark">): Promise<number | undefined> {
  const pid = Number(await readFile(daemon.pidFile, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return words.split("\0").join(" ").includes(daemon.mark) ? pid : undefined;
}

/** Ends it with its whole process group: asks, after 5 s insists, and comes back when it is gone. */
export async function stopDaemon(daemon: Pick<Daemon, "pidFile" | "mark">): Promise<void> {
  const pid = await daemonPid(daemon);
  if (pid !== undefined) {
    signal(-pid, "SIGTERM");
    const gone = async () => (await daemonPid(daemon)) === undefined;
    if (!(await within(5000, gone))) {
      signal(-pid, "SIGKILL");
      await within(goneMs, gone);
    }
  }
  await rm(daemon.pidFile, { force: true });
}

/** Sends a signal; a process that is gone already is no mistake. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Asks every 50 ms until the answer is yes (true) or the time is over (false). */
export async function within(milliseconds: number, done: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!(await done())) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}
