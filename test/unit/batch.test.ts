import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import { Sh } from "../../src/core/shell.ts";

const nonce = "0123456789abcdef";

function ask(...questions: readonly string[]) {
  const script = composeBatch(questions.map(Sh.trusted), nonce);
  const done = spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8" });
  return readBatch({ code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr }, nonce, questions.length);
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

  it("cuts a probe that hangs and goes on", () => {
    const script = composeBatch([Sh.trusted("sleep 100"), Sh.trusted("echo next")], nonce).replace(
      "-k 2 20",
      "-k 1 0.2",
    );
    const done = spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8" });
    const answers = readBatch({ code: 0, stdout: done.stdout, stderr: done.stderr }, nonce, 2);
    expect(answers.map((answer) => answer.code)).toEqual([124, 0]);
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
