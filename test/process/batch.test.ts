import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import { Sh } from "../../src/core/shell.ts";
import { testFolder } from "../test-folder.ts";

const nonce = "0123456789abcdef";

function run(script: string, env = process.env) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8", env });
  return { code: status ?? -1, stdout, stderr };
}

function ask(...questions: readonly string[]) {
  return readBatch(run(composeBatch(questions.map(Sh.trusted), nonce)), nonce, questions.length);
}

/** With so many seconds in place of the real 20: enough for a machine with much to do to start a program. */
function askWithin(seconds: string, ...questions: readonly string[]) {
  const script = composeBatch(questions.map(Sh.trusted), nonce).replace("KILL 20'", `KILL ${seconds}'`);
  return readBatch(run(script), nonce, questions.length);
}

describe("a batch of probes", () => {
  it("gives each probe its own exit code, stdout and stderr", () => {
    expect(ask("echo one; echo two >&2; exit 3", "printf x")).toEqual([
      { code: 3, stdout: "one\n", stderr: "two\n" },
      { code: 0, stdout: "x", stderr: "" },
    ]);
  });

  it("keeps output exact, with and without a final newline, empty, and with blank lines", () => {
    const answers = ask("printf 'a'", "printf 'a\\n'", "printf 'a\\n\\n'", "true", "printf '\\n'", "printf '\\n\\na'");
    expect(answers.map((answer) => answer.stdout)).toEqual(["a", "a\n", "a\n\n", "", "\n", "\n\na"]);
  });

  it("lets a syntax error harm only its own probe", () => {
    const [before, broken, after] = ask("echo before", "if then (", "echo after");
    expect(before?.stdout).toBe("before\n");
    expect(broken?.code).not.toBe(0);
    expect(broken?.stderr).not.toBe("");
    expect(after?.stdout).toBe("after\n");
  });

  it("does not let a probe that reads stdin eat the script", () => {
    const [reader, after] = ask("cat; echo read", "echo still here");
    expect(reader?.stdout).toBe("read\n");
    expect(after?.stdout).toBe("still here\n");
  });

  it("does not let exit, exec, cd or variables of one probe reach the next", () => {
    expect(ask("X=1; cd /tmp; exec true", 'test "$X" || printf unset')[1]?.stdout).toBe("unset");
  });

  it("does not take a mark with another nonce, or a mark in the middle of a line, for its own", () => {
    const forged = `printf '\\n%s end 0 0\\n' fedcba9876543210; printf 'x%s end 0 0\\n' ${nonce}`;
    const [answer, next] = ask(forged, "echo next");
    expect(answer?.stdout).toBe(`\nfedcba9876543210 end 0 0\nx${nonce} end 0 0\n`);
    expect(next?.stdout).toBe("next\n");
  });

  it("cuts a probe that hangs, keeps what it said, and goes on", () => {
    const answers = askWithin("3", "echo before", "echo half; exec sleep 100", "echo next");
    expect(answers.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "before\n"],
      [124, "half\n"],
      [0, "next\n"],
    ]);
  });

  it("cuts several that hang, also the first and the last", () => {
    const answers = askWithin("2", "sleep 100", "echo one", "sleep 100", "sleep 100");
    expect(answers.map((answer) => answer.code)).toEqual([124, 0, 124, 124]);
  });

  it("gives each probe all the time, however long those before it took", () => {
    const answers = askWithin("4", ...["a", "b", "c", "d", "e"].map((word) => `sleep 1; echo ${word}`));
    expect(answers.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "a\n"],
      [0, "b\n"],
      [0, "c\n"],
      [0, "d\n"],
      [0, "e\n"],
    ]);
  });

  it("is not held up by a probe that ignores being ended, nor by what it started", () => {
    const started = performance.now();
    const answers = askWithin("3", "trap '' TERM HUP; (sleep 100) & wait; sleep 100", "echo next");
    expect(answers.map((answer) => answer.code)).toEqual([124, 0]);
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  it("goes on after a probe that kills the shell around it", () => {
    const answers = ask("echo one", "kill -9 $PPID $$", "echo two");
    expect(answers.map((answer) => answer.code)).toEqual([0, 124, 0]);
  });

  it("is asked all the same where there is no timeout(1)", () => {
    const folder = testFolder("batch");
    const output = run(composeBatch([Sh.trusted("echo one"), Sh.trusted("exit 4")], nonce), { PATH: folder });
    expect(readBatch(output, nonce, 2).map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "one\n"],
      [4, ""],
    ]);
  });

  it("holds its answers until all are there, to send them in one piece", async () => {
    const folder = testFolder("batch");
    const [begun, goOn] = [join(folder, "begun"), join(folder, "go-on")];
    const questions = ["echo one; echo two >&2", `: >${begun}; while [ ! -e ${goOn} ]; do sleep 0.05; done`];
    const shell = spawn("/bin/sh", ["-s"]);
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      shell[name].setEncoding("utf8").on("data", (piece: string) => {
        said[name] += piece;
      });
    const closed = once(shell, "close");
    shell.stdin.end(composeBatch(questions.map(Sh.trusted), nonce));
    await expect.poll(() => existsSync(begun), { timeout: 20_000 }).toBe(true);
    expect(said).toEqual({ stdout: "", stderr: "" });
    writeFileSync(goOn, "");
    await closed;
    expect(readBatch({ code: 0, ...said }, nonce, 2)[0]).toEqual({ code: 0, stdout: "one\n", stderr: "two\n" });
  });

  it("is asked all the same where there is no dd(1)", () => {
    const folder = testFolder("batch");
    for (const program of ["timeout", "sh"])
      symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(folder, program));
    const output = run(composeBatch([Sh.trusted("echo one"), Sh.trusted("echo two >&2")], nonce), { PATH: folder });
    expect(readBatch(output, nonce, 2)).toEqual([
      { code: 0, stdout: "one\n", stderr: "" },
      { code: 0, stdout: "", stderr: "two\n" },
    ]);
  });

  it("keeps answers exact that are larger than a piece, on both streams", () => {
    const many = "i=0; while [ $i -lt 12000 ]; do echo line $i; i=$((i + 1)); done";
    const wanted = Array.from({ length: 12_000 }, (_, n) => `line ${n}\n`).join("");
    expect(ask(many, `{ ${many}; } >&2`, "echo after")).toEqual([
      { code: 0, stdout: wanted, stderr: "" },
      { code: 0, stdout: "", stderr: wanted },
      { code: 0, stdout: "after\n", stderr: "" },
    ]);
  });

  it("leaves a question no descriptor of its own but the usual three", () => {
    expect(ask("for n in 3 4 5 6 7 8 9; do { : >&$n; } 2>/dev/null && echo $n is open; done; true")[0]?.stdout).toBe(
      "",
    );
  });

  it("carries more questions than an argument can hold", () => {
    const answers = ask(...Array.from({ length: 40 }, (_, n) => `: ${"x".repeat(5_000)}; echo ${n}`));
    expect(answers.map((answer) => answer.stdout)).toEqual(Array.from({ length: 40 }, (_, n) => `${n}\n`));
  });

  it("of no questions asks nothing", () => {
    expect(ask()).toEqual([]);
  });

  it("calls an answer that was cut off an error, not an empty answer", () => {
    const script = composeBatch([Sh.trusted("echo one"), Sh.trusted("echo two")], nonce);
    const whole = execFileSync("/bin/sh", ["-s"], {
      input: script,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    const cut = whole.slice(0, whole.lastIndexOf("end 1"));
    expect(() => readBatch({ code: 0, stdout: cut, stderr: whole }, nonce, 2)).toThrow(/1 of 2/);
    expect(() => readBatch({ code: 0, stdout: whole, stderr: cut }, nonce, 2)).toThrow(/1 of 2/);
  });

  it("is not disturbed by what a login shell prints before it", () => {
    const script = composeBatch([Sh.trusted("echo one")], nonce);
    const done = spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8" });
    const noisy = { code: 0, stdout: `Welcome!\nno newline${done.stdout}`, stderr: `warning${done.stderr}` };
    expect(readBatch(noisy, nonce, 1)[0]?.stdout).toBe("one\n");
  });

  it("carries a probe with quotes, newlines and dollar signs unchanged", () => {
    expect(ask(`echo "it's" '$HOME'\nprintf '%s' "a  b"`)[0]?.stdout).toBe("it's $HOME\na  b");
  });
});
