import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { connectLocal } from "../../src/connection/local.ts";
import { failure, scratch, seen, stopClock } from "./practice.ts";

const soon = { timeoutMs: 60_000 };
/** Something that goes on in the background once it is let, and says so, unless it was killed before. */
const lurking = "(until [ -e go ]; do sleep 0.05; done; touch survived) & echo begun; wait";
const env = { PATH: "/usr/local/bin:/usr/bin:/bin", GREETING: "hello" };

describe("a script on the control machine", () => {
  test("gives code and streams exactly, in its folder and with its environment alone", async () => {
    const cwd = scratch();
    const local = connectLocal({ cwd, env });
    const result = await local.exec(`pwd; printf %s "$GREETING\${HOME:-}"; echo oops >&2; exit 4`, soon);
    expect(result).toEqual({ code: 4, stdout: `${cwd}\nhello`, stderr: "oops\n" });
    expect(local.name).toBe("control");
  });

  test("tells its lines, and the last one without a newline too", async () => {
    const lines: string[] = [];
    const onLine = (line: string, stream: string) => lines.push(`${stream} ${line}`);
    await connectLocal({ cwd: "/", env }).exec("echo one; printf two", { ...soon, onLine });
    expect(lines).toEqual(["stdout one", "stdout two"]);
  });

  test("of 1 MiB arrives whole", async () => {
    const script = `w='${"x".repeat(1024 * 1024)}'\nprintf %s "\${#w}"`;
    expect((await connectLocal({ cwd: "/", env }).exec(script, soon)).stdout).toBe("1048576");
  });

  test("that ends before it was read to the end is no broken pipe", async () => {
    const script = `exit 3\n${"echo filler\n".repeat(50_000)}`;
    expect((await connectLocal({ cwd: "/", env }).exec(script, soon)).code).toBe(3);
  });

  test("that takes too long is killed with all that it started", async () => {
    const cwd = scratch();
    stopClock();
    const begun = Promise.withResolvers<string>();
    const work = failure(connectLocal({ cwd, env }).exec(lurking, { timeoutMs: 500, onLine: begun.resolve }));
    await begun.promise;
    vi.advanceTimersByTime(500);
    const error = await work;
    expect(error.code).toBe("step/action-timeout");
    expect(error.details).toEqual(["begun"]);
    writeFileSync(join(cwd, "go"), "");
    await sleep(500);
    expect(existsSync(join(cwd, "survived"))).toBe(false);
  });

  test("killed by a signal has the shell's code for that", async () => {
    expect((await connectLocal({ cwd: "/", env }).exec("kill -TERM $$", soon)).code).toBe(143);
  });

  test("in a folder that is not there is an error that does not hold the script", async () => {
    const error = await failure(connectLocal({ cwd: "/nonexistent", env }).exec("echo hunter2", soon));
    expect(error.code).toBe("step/action-failed");
    expect(error.message).toContain("/nonexistent");
    expect(seen(error)).not.toContain("hunter2");
  });
});

describe("a held script on the control machine", () => {
  test("gives its first line and ends when released", async () => {
    const cwd = scratch();
    const held = await connectLocal({ cwd, env }).hold("echo mine; cat >/dev/null; touch ended");
    expect(held.first).toBe("mine");
    stopClock();
    await held.release();
    expect(existsSync(join(cwd, "ended"))).toBe(true);
  });

  test("that ends before its first line gives its result", async () => {
    const held = await connectLocal({ cwd: "/", env }).hold("exit 5");
    expect(held.first).toEqual({ code: 5, stdout: "", stderr: "" });
  });
});

test("a closed connection kills what still runs, and takes no more scripts", async () => {
  const cwd = scratch();
  const local = connectLocal({ cwd, env });
  const begun = Promise.withResolvers<string>();
  const work = failure(local.exec(lurking, { ...soon, onLine: begun.resolve }));
  await begun.promise;
  await local.close();
  expect((await work).code).toBe("ssh/connection-lost");
  expect((await failure(local.exec("true", soon))).code).toBe("ssh/connection-lost");
  expect((await failure(local.hold("true"))).code).toBe("ssh/connection-lost");
  writeFileSync(join(cwd, "go"), "");
  await sleep(500);
  expect(existsSync(join(cwd, "survived"))).toBe(false);
});
