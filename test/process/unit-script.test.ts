import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { sh } from "../../src/core/shell.ts";
import type { RunAction } from "../../src/core/step.ts";
import { unitScript } from "../../src/run/unit-script.ts";
import { testFolder } from "../test-folder.ts";

const root = testFolder("unit");
const dir = join(root, "run");
const done = join(root, "done");
beforeEach(() => {
  rmSync(dir, { recursive: true, force: true });
  rmSync(done, { force: true });
});

/** Doubles of what systemd does for one unit: it runs apart from who started it, and its first process is known. */
function install(name: string, text: string): void {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\n${text}`);
  chmodSync(path, 0o755);
}
install(
  "systemd-run",
  `while [ "$1" != /bin/sh ]; do shift; done
rm -f ${root}/pid
# Somebody has to wait for it, as systemd does: a process that nobody waited for is still there for kill and tail.
# Its number is known before it begins, as systemd knows it.
{ setsid /bin/sh -c 'echo $$ >${root}/pid.new; mv ${root}/pid.new ${root}/pid; exec "$@"' sh "$@" & wait; } </dev/null >/dev/null 2>&1 &
while [ ! -e ${root}/pid ]; do sleep 0.01; done
`,
);
install(
  "systemctl",
  `alive() { kill -0 "$(cat ${root}/pid 2>/dev/null)" 2>/dev/null; }
case $1 in show) if alive; then cat ${root}/pid; else echo 0; fi ;; is-active) alive ;; esac
`,
);

const action = (script: string, stdin?: string): RunAction => ({
  kind: "run",
  sh: sh`sh -c ${script}`,
  timeoutMs: 120_000,
  survivesDisconnect: true,
  ...(stdin === undefined ? {} : { stdin }),
});

function start(script: string, token: string, stdin?: string) {
  const { text } = unitScript("docker/installed", action(script, stdin), token, dir);
  const env = { PATH: `${root}${delimiter}${process.env["PATH"]}` };
  return execa("/bin/sh", ["-s"], { input: text, env, reject: false });
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 20 }).toBe(true);
}

describe("a long action, as a unit of its own", () => {
  it("says what the command says, and ends with its code", async () => {
    expect(await start("echo one; sleep 0.3; echo two >&2; exit 7", "t1")).toMatchObject({
      stdout: "one\ntwo",
      exitCode: 7,
    });
  });

  it("goes on when whoever follows it is gone, and tells all of it to the one who comes after", async () => {
    const script = `echo begun; echo x >>${done}; sleep 1; echo ended`;
    const first = start(script, "t1");
    await until(() => existsSync(done));
    first.kill("SIGKILL");
    await first;
    expect(await start(script, "t1")).toMatchObject({ stdout: "begun\nended", exitCode: 0 });
    expect(readFileSync(done, "utf8")).toBe("x\n");
  });

  it("tells its end to each of two who follow it: the one of a line that was cut lives on for a while", async () => {
    const script = `echo x >>${done}; sleep 0.7; echo ended; exit 3`;
    const first = start(script, "t1");
    await until(() => existsSync(done));
    const both = await Promise.all([first, start(script, "t1")]);
    expect(both.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual([
      ["ended", 3],
      ["ended", 3],
    ]);
    // Nor does one who comes when all is over begin it once more.
    expect(await start(script, "t1")).toMatchObject({ stdout: "ended", exitCode: 3 });
    expect(readFileSync(done, "utf8")).toBe("x\n");
  });

  it("begins anew with another token, after what still runs, and shows nothing of it", async () => {
    const first = start(`echo old; sleep 0.6; echo x >>${done}`, "t1");
    await until(() => existsSync(join(dir, "drover-docker-installed.token")));
    const second = await start(`cat ${done}; echo new`, "t2");
    expect(second).toMatchObject({ stdout: "x\nnew", exitCode: 0 });
    await first;
  });

  it("leaves neither its script nor what it was given", async () => {
    expect((await start("cat; echo hush-script", "t1", "hush-stdin\n")).stdout).toBe("hush-stdin\nhush-script");
    const left = readdirSync(dir).map((name) => name.replace("drover-docker-installed.", ""));
    expect(left.toSorted()).toEqual(["code", "out", "token"]);
  });

  it("is told as one without a result where it was killed", async () => {
    const first = start(`echo x >>${done}; sleep 30`, "t1");
    await until(() => existsSync(done));
    process.kill(-Number(readFileSync(join(root, "pid"), "utf8")), "SIGKILL");
    expect(await first).toMatchObject({
      exitCode: 124,
      stderr: "the unit drover-docker-installed ended without a result",
    });
  });
});
