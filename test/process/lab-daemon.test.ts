import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { tryCommand } from "../../src/lab/command.ts";
import { type Daemon, daemonPid, goneMs, startDaemon, stopDaemon, within } from "../../src/lab/daemon.ts";
import { changeKernelSettings, restoreKernelSettings } from "../../src/lab/kernel-settings.ts";
import { withLock } from "../../src/lab/lock.ts";
import { testFolder } from "../test-folder.ts";

let folder = "";
beforeEach(() => {
  folder = testFolder("daemon");
});

function sleeper(script = "sleep 60 & echo $!; wait"): Daemon {
  const at = (name: string) => join(folder, name);
  return {
    pidFile: at("pid"),
    logFile: at("log"),
    file: "/bin/sh",
    args: ["-c", script, at("mark")],
    mark: at("mark"),
  };
}

test("a daemon is started once, writes its log, and is ended with its children", async () => {
  const daemon = sleeper();
  await startDaemon(daemon);
  const pid = await daemonPid(daemon);
  await startDaemon(daemon);
  expect(await daemonPid(daemon)).toBe(pid);
  await expect.poll(() => readFile(daemon.logFile, "utf8")).toMatch(/^\d+\n$/);
  const child = (await readFile(daemon.logFile, "utf8")).trim();
  await expect.poll(() => lives(child)).toBe(true); // while a program is being started it has no command line
  await stopDaemon(daemon);
  expect(await daemonPid(daemon)).toBeUndefined();
  await expect.poll(() => lives(child)).toBe(false);
});

test("a daemon whose command line comes a moment after it was started is known all the same, and not started twice", async () => {
  // As the kernel does it, only longer: what is known by its mark is not there until the shell has become it.
  const becomes = `sleep 0.5; exec /bin/sh -c 'echo begun; sleep 60 & wait' "$0/mark"`;
  const daemon = { ...sleeper(), args: ["-c", becomes, folder] };
  await startDaemon(daemon);
  const pid = await daemonPid(daemon);
  expect(pid).toBeGreaterThan(1);
  await startDaemon(daemon);
  expect(await daemonPid(daemon)).toBe(pid);
  await expect.poll(() => readFile(daemon.logFile, "utf8")).toBe("begun\n");
  await stopDaemon(daemon);
});

test("a daemon that ends at once is not waited for, and none is there", async () => {
  const daemon = sleeper("exit 3");
  const before = performance.now();
  await startDaemon(daemon);
  expect(performance.now() - before).toBeLessThan(goneMs);
  await expect.poll(() => daemonPid(daemon)).toBeUndefined();
});

test("a daemon that does not heed the request to end is gone, with its children, when stopping it is over", async () => {
  const daemon = sleeper("trap '' TERM; sleep 60 & echo $!; while true; do wait; done");
  await startDaemon(daemon);
  await expect.poll(() => readFile(daemon.logFile, "utf8")).toMatch(/^\d+\n$/);
  const pid = String(await daemonPid(daemon));
  await stopDaemon(daemon);
  expect(await lives(pid)).toBe(false);
  await expect.poll(async () => lives((await readFile(daemon.logFile, "utf8")).trim())).toBe(false);
});

test("a process number that belongs to somebody else by now is not signalled", async () => {
  const daemon = sleeper();
  await writeFile(daemon.pidFile, `${process.pid}\n`);
  expect(await daemonPid(daemon)).toBeUndefined();
  await stopDaemon(daemon);
  expect(process.pid).toBeGreaterThan(1);
});

test.each(["", "0", "-1", "1", "nonsense"])("a pid file that says %j names no process", async (text) => {
  const daemon = sleeper();
  await writeFile(daemon.pidFile, text);
  expect(await daemonPid(daemon)).toBeUndefined();
});

test("a program that is not there is an error, not a daemon", async () => {
  await expect(startDaemon({ ...sleeper(), file: "/no/such/program" })).rejects.toThrow("ENOENT");
});

test("of two that want the lock, the second waits for the first", async () => {
  const order: string[] = [];
  const work = (name: string, ms: number) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    order.push(`${name} ends`);
  };
  const lock = join(folder, "lock");
  const first = withLock(lock, () => undefined, work("first", 150));
  await within(60_000, async () => order.length > 0);
  await Promise.all([first, withLock(lock, () => undefined, work("second", 0))]);
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("whoever waits for the lock is told so, once", async () => {
  const lock = join(folder, "lock");
  const said: string[] = [];
  const go = Promise.withResolvers<void>();
  const first = withLock(
    lock,
    (line) => said.push(`first: ${line}`),
    () => go.promise,
  );
  await expect.poll(async () => (await tryCommand("flock", ["-n", lock, "true"])).exitCode).toBe(1);
  const second = withLock(
    lock,
    (line) => said.push(`second: ${line}`),
    async () => "held",
  );
  await expect.poll(() => said).toHaveLength(1);
  go.resolve();
  await first;
  expect(await second).toBe("held");
  expect(said).toEqual(["second: Another lab command is running; waiting for it to end"]);
});

test("a lock that nobody else has is not told to be waited for, however long a busy machine takes to start a program", async () => {
  const path = process.env["PATH"] ?? "";
  await makeFiles({ [join(folder, "bin/flock")]: `#!/bin/sh\nsleep 1.5\nPATH=${path} exec flock "$@"\n` });
  await chmod(join(folder, "bin/flock"), 0o755);
  const said: string[] = [];
  process.env["PATH"] = `${join(folder, "bin")}:${path}`;
  const held = withLock(
    join(folder, "lock"),
    (line) => said.push(line),
    async () => "held",
  ).finally(() => {
    process.env["PATH"] = path;
  });
  expect(await held).toBe("held");
  expect(said).toEqual([]);
});

test("the lock is free again after work that failed", async () => {
  const lock = join(folder, "lock");
  const fails = withLock(
    lock,
    () => undefined,
    async () => Promise.reject(new Error("no luck")),
  );
  await expect(fails).rejects.toThrow("no luck");
  expect(
    await withLock(
      lock,
      () => undefined,
      async () => "free",
    ),
  ).toBe("free");
});

test("the kernel's settings come back as they were before the first of two labs", async () => {
  const [proc, shared] = [join(folder, "proc"), join(folder, "shared")];
  const watches = join(proc, "fs/inotify/max_user_watches");
  const panic = join(proc, "kernel/panic");
  await makeFiles({ [watches]: "1000\n", [panic]: "1\n" });
  await changeKernelSettings(proc, shared);
  expect(await readFile(watches, "utf8")).toBe("524288");
  await writeFile(panic, "10");
  await changeKernelSettings(proc, shared);
  await restoreKernelSettings(proc, shared);
  expect([await readFile(watches, "utf8"), await readFile(panic, "utf8")]).toEqual(["1000", "1"]);
});

/** A process that has ended may stay in the table as a zombie; then it has no command line. */
async function lives(pid: string): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")) !== "";
}

async function makeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content);
  }
}
