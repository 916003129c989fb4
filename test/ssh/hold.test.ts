import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { holdScript } from "../../src/connection/hold-script.ts";
import { startShell } from "../../src/connection/local.ts";
import { installNoisyShell } from "./doubles.ts";
import { failure, practice, scratch, stopClock } from "./practice.ts";

const soon = { timeoutMs: 60_000 };

describe("a held script", () => {
  test("gives its first line and stays until it is released", async () => {
    const { folder, connect } = await practice();
    const ended = join(folder, "ended");
    const held = await (await connect()).hold(`echo mine; cat >/dev/null; touch ${ended}`);
    expect(held.first).toBe("mine");
    expect(existsSync(ended)).toBe(false);
    stopClock();
    await held.release();
    expect(existsSync(ended)).toBe(true);
  });

  test("that ends before its first line gives its result", async () => {
    const held = await (await (await practice()).connect()).hold("echo taken >&2; exit 9");
    expect(held.first).toEqual({ code: 9, stdout: "", stderr: "taken\n" });
    await held.release();
  });

  test("that ends with half a line gives that line", async () => {
    const held = await (await (await practice()).connect()).hold("printf half; exit 1");
    expect(held.first).toBe("half");
  });

  test("is not confused by a login shell that prints", async () => {
    const { connect } = await practice({ loginShell: installNoisyShell(scratch()) });
    const held = await (await connect()).hold("echo mine; cat >/dev/null");
    expect(held.first).toBe("mine");
    await held.release();
  });

  test("leaves the connection free for other scripts", async () => {
    const connection = await (await practice()).connect();
    const held = await connection.hold("echo mine; cat >/dev/null");
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => connection.exec(`echo ${n}`, soon)));
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual(["1", "2", "3", "4", "5"]);
    await held.release();
  });

  test("notices that we are gone, for its stdin ends", async () => {
    const { folder, connect, server } = await practice();
    const noticed = join(folder, "noticed");
    await (await connect()).hold(`echo mine; cat >/dev/null; touch ${noticed}`);
    server.cut("reset");
    await expect.poll(() => existsSync(noticed)).toBe(true);
  });

  test("that does not end when released is left behind after 2 s", async () => {
    const { folder, connect } = await practice();
    const [go, ended] = [join(folder, "go"), join(folder, "ended")];
    const held = await (await connect()).hold(`echo mine; until [ -e ${go} ]; do sleep 0.1; done; : >${ended}`);
    stopClock();
    let released = false;
    const release = held.release().then(() => {
      released = true;
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(released).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await release;
    expect(existsSync(ended)).toBe(false);
    writeFileSync(go, "");
    await expect.poll(() => existsSync(ended)).toBe(true);
  });

  test("that says nothing for 60 s is given up, and ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      let killed = 0;
      const started = holdScript(
        (launch) => {
          const running = startShell(launch, { cwd: "/", env: { PATH: "/usr/bin:/bin" } });
          const kill = () => {
            killed += 1;
            running.kill();
          };
          return { ...running, kill };
        },
        { command: "/bin/sh -s", stdin: "{ :\ncat >/dev/null\n}; exit\n", mark: undefined },
      );
      const given = failure(started);
      await vi.advanceTimersByTimeAsync(59_000);
      expect(killed).toBe(0);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await given).toMatchObject({ code: "step/action-timeout", message: "no answer after 60 s" });
      expect(killed).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("hears an empty line every 15 s", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const seen: string[] = [];
      const settings = { cwd: "/", env: { PATH: "/usr/bin:/bin" } };
      const { held } = await holdScript(
        (launch) => {
          const onStdout = (chunk: Buffer) => {
            seen.push(chunk.toString());
            launch.onStdout(chunk);
          };
          return startShell({ ...launch, onStdout }, settings);
        },
        {
          command: "/bin/sh -s",
          stdin: "{ :\necho mine; while read -r l; do echo beat; done\n}; exit\n",
          mark: undefined,
        },
      );
      vi.advanceTimersByTime(30_000);
      await expect.poll(() => seen.join("")).toBe("mine\nbeat\nbeat\n");
      await held.release();
    } finally {
      vi.useRealTimers();
    }
  });
});
