import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { installNoisyShell } from "./doubles.ts";
import { failure, practice, scratch, seen, stopClock } from "./practice.ts";

const soon = { timeoutMs: 60_000 };

describe("a script on a host", () => {
  test("gives its exit code as a value, and both streams apart", async () => {
    const connection = await (await practice()).connect();
    const result = await connection.exec("echo out; echo err >&2; exit 7", soon);
    expect(result).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" });
  });

  test("may write to stderr without that being an error", async () => {
    const connection = await (await practice()).connect();
    expect(await connection.exec("echo warning >&2", soon)).toEqual({ code: 0, stdout: "", stderr: "warning\n" });
  });

  test("keeps its output exactly, with blanks around it and without a final newline", async () => {
    const connection = await (await practice()).connect();
    const { stdout } = await connection.exec("printf '\\n  two words \\n\\n last'", soon);
    expect(stdout).toBe("\n  two words \n\n last");
  });

  test("arrives whole when it is 1 MiB long", async () => {
    const connection = await (await practice()).connect();
    const word = "x".repeat(1024 * 1024);
    expect((await connection.exec(`w='${word}'\nprintf %s "\${#w}"`, soon)).stdout).toBe(String(word.length));
  });

  test("brings back 4 MiB byte for byte", async () => {
    const connection = await (await practice()).connect();
    const { stdout } = await connection.exec("head -c 4194304 /dev/zero | tr '\\0' 'é'", soon);
    expect(stdout.length).toBeGreaterThan(1024 * 1024);
  });

  test("that is empty ends with 0", async () => {
    const connection = await (await practice()).connect();
    expect(await connection.exec("", soon)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("with a syntax error says so and runs nothing of itself", async () => {
    const connection = await (await practice()).connect();
    const result = await connection.exec("echo first\nif then", soon);
    expect(result.code).not.toBe(0);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(/syntax error/i);
  });

  test("that reads stdin finds it empty and does not eat itself", async () => {
    const connection = await (await practice()).connect();
    expect((await connection.exec("cat >/dev/null\necho still here", soon)).stdout).toBe("still here\n");
  });

  test("killed by a signal has the shell's code for that, and the line stays", async () => {
    const connection = await (await practice()).connect();
    expect((await connection.exec("kill -9 $$", soon)).code).toBe(137);
    expect((await connection.exec("exit 3", soon)).code).toBe(3);
  });

  test("is not seen by the list of processes", async () => {
    const { server, connect } = await practice();
    await (await connect()).exec("echo hidden-word", soon);
    expect(server.commands.join("\n")).not.toContain("hidden-word");
  });

  test("tells its lines as they arrive, whole, with characters that were cut in two", async () => {
    const connection = await (await practice()).connect();
    const lines: string[] = [];
    const script = "printf 'ol\\303'; sleep 0.1; printf '\\251!\\nnext\\nlast'; echo oops >&2";
    await connection.exec(script, { ...soon, onLine: (line, stream) => lines.push(`${stream}: ${line}`) });
    expect(lines.filter((line) => line.startsWith("stdout"))).toEqual(["stdout: olé!", "stdout: next", "stdout: last"]);
    expect(lines).toContain("stderr: oops");
  });

  test("that takes too long is an error with its last lines, and its channel is closed", async () => {
    const { server, connect } = await practice();
    const connection = await connect();
    stopClock();
    const begun = Promise.withResolvers<string>();
    const work = failure(connection.exec("echo begun; sleep 60", { timeoutMs: 700, onLine: begun.resolve }));
    await begun.promise;
    vi.advanceTimersByTime(700);
    const error = await work;
    expect(error.code).toBe("step/action-timeout");
    expect(error.host).toBe("node1");
    expect(error.details).toEqual(["begun"]);
    expect((await connection.exec("echo goes on", soon)).stdout).toBe("goes on\n");
    await expect.poll(() => server.channels()).toBe(0);
  });

  test("of 65 MiB of output is stopped", async () => {
    const connection = await (await practice()).connect();
    const error = await failure(connection.exec("head -c 68157440 /dev/zero", { timeoutMs: 120_000 }));
    expect(error.code).toBe("step/action-failed");
    expect(error.message).toContain("64 MiB");
  });

  test("is never part of an error", async () => {
    const { connect } = await practice();
    const error = await failure((await connect()).exec("secret=hunter2; sleep 5", { timeoutMs: 200 }));
    expect(seen(error)).not.toContain("hunter2");
  });
});

describe("many scripts at once", () => {
  test("twenty on one connection all answer, at most four at a time", async () => {
    const { server, connect } = await practice();
    const connection = await connect();
    await connection.exec("true", soon);
    const folder = scratch();
    // Four must meet, else none goes on.
    const meet = `until [ "$(ls ${folder} | wc -l)" -ge 4 ]; do sleep 0.02; done`;
    const jobs = Array.from({ length: 20 }, (_, n) => connection.exec(`: >${folder}/${n}; ${meet}; echo ${n}`, soon));
    const answers = await Promise.all(jobs);
    expect(answers.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}\n`));
    expect(server.mostAtOnce()).toBe(4);
    expect(server.logins()).toBe(1);
  });

  test("one hundred hosts are asked at once", async () => {
    const { host, server, connect } = await practice();
    const ask = async (n: number) => {
      const connection = await connect({ readyTimeoutMs: 120_000 }, { name: `${host.name}-${n}` });
      return (await connection.exec(`echo ${n}`, { timeoutMs: 120_000 })).stdout;
    };
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `${n}\n`));
    expect(server.logins()).toBe(100);
  });
});

describe("the programs of a script", () => {
  test("make files that others may read, whatever the umask of the login", async () => {
    const folder = scratch();
    const shell = join(folder, "strict-shell");
    writeFileSync(shell, '#!/bin/sh\numask 077\nexec /bin/sh "$@"\n', { mode: 0o755 });
    const connection = await (await practice({ loginShell: shell })).connect();
    expect((await connection.exec("umask", soon)).stdout).toBe("0022\n");
  });

  test("are found in sbin too, after all that the login or sudo's secure_path names", async () => {
    const connection = await (await practice()).connect();
    const { stdout } = await connection.exec('printf %s "$PATH"; sh -c \'printf " %s" "$PATH"\'', soon);
    expect(stdout).toMatch(/^(\S+):\/usr\/bin:\/bin:\/usr\/local\/sbin:\/usr\/sbin:\/sbin \1:/);
  });
});

describe("a login shell", () => {
  test("that prints on both streams leaves the answers clean", async () => {
    const folder = scratch();
    const connection = await (await practice({ loginShell: installNoisyShell(folder) })).connect();
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const result = await connection.exec("echo ours; echo ours too >&2", { ...soon, onLine });
    expect(result).toEqual({ code: 0, stdout: "ours\n", stderr: "ours too\n" });
    expect(lines.toSorted()).toEqual(["ours", "ours too"]);
    expect((await connection.exec("echo again", soon)).stdout).toBe("again\n");
  });

  test("that runs no commands is an error of the login, not an empty answer", async () => {
    const { connect } = await practice({ loginShell: "/bin/false" });
    const error = await failure((await connect()).exec("echo never", soon));
    expect(error.code).toBe("ssh/auth-failed");
    expect(error.remedy).toContain("login shell");
  });
});

test("a script that a lost line cut short is not run at all", async () => {
  const folder = scratch();
  const done = join(folder, "done");
  const { connect } = await practice({
    onExec: (channel) => {
      const shell = spawn("/bin/sh", ["-s"], { stdio: ["pipe", "ignore", "ignore"] });
      channel.once("data", (chunk: Buffer) => shell.stdin.end(chunk));
      shell.on("close", () => channel.close());
      return true;
    },
  });
  const script = `touch ${done}\n${"echo filler\n".repeat(20_000)}`;
  const error = await failure((await connect()).exec(script, soon));
  expect(error.code).toBe("ssh/connection-lost");
  expect(existsSync(done)).toBe(false);
});
