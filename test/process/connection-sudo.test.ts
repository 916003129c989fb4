import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { markLine, wholeScript } from "../../src/connection/script.ts";
import { elevate, readWay, sudoDenied } from "../../src/connection/sudo.ts";

const mark = "drover-0123456789abcdef";

function sh(stdin: string) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input: stdin, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the command line of a first script", () => {
  const lines = [undefined, "pass word"].map((password) => elevate(undefined, mark, password).command);

  // fish reads \\ and \' inside single quotes, csh reads ! there and takes no newline: none of them may occur. Tried
  // by hand with fish 3.6, tcsh 6.24, bash 5.2 and dash 0.5.12 under OpenSSH 9.2 and sudo 1.9.13.
  test.each(lines)("is read alike by sh, bash, fish and csh: %s", (line) => {
    const inside = /^exec \/bin\/sh -c '([^']*)'$/.exec(line)?.[1] ?? "";
    expect(inside).not.toBe("");
    expect(inside).not.toMatch(/[!\n]|\\\\/);
    expect(inside.endsWith("\\")).toBe(false);
  });

  test.each(lines)("is valid POSIX sh, inside and outside: %s", (line) => {
    execFileSync("/bin/sh", ["-n", "-c", line]);
    execFileSync("/bin/sh", ["-n", "-c", /'([^']*)'/.exec(line)?.[1] ?? "false("]);
  });

  test("does not hold the password, which is on stdin twice: to be tried, and to be used", () => {
    const { command, stdin } = elevate(undefined, mark, "hunter2");
    expect(command).not.toContain("hunter2");
    expect(stdin).toBe("hunter2\nhunter2\n");
  });

  test("reads no password where there is none", () => {
    const { command, stdin } = elevate(undefined, mark, undefined);
    expect(stdin).toBe("");
    expect(command).not.toContain("read");
    expect(command).not.toContain("sudo -k -S");
  });
});

describe("the command line of a later script", () => {
  test.each([
    ["root", 'exec /bin/sh -s "$SSH_CONNECTION"', ""],
    ["nopasswd", 'exec sudo -n -- /bin/sh -s "$SSH_CONNECTION"', ""],
    ["password", `exec sudo -k -S -p '' -- /bin/sh -s "$SSH_CONNECTION"`, "hunter2\n"],
  ] as const)("for %s is %s", (mode, command, stdin) => {
    expect(elevate(mode, mark, "hunter2")).toEqual({ command, stdin });
  });
});

describe("the way to root", () => {
  test.each(["root", "nopasswd", "password", "denied"] as const)("%s is read among what others print", (way) => {
    expect(readWay(`Welcome\nno newline${mark} ${way}\nsudo: lecture\n`, mark)).toBe(way);
  });

  test("is unknown where nothing of ours ran, or another connection's mark stands", () => {
    expect(readWay("This account is not available.\n", mark)).toBeUndefined();
    expect(readWay("drover-ffff root\n", mark)).toBeUndefined();
    expect(readWay(`${mark} roots\n`, mark)).toBeUndefined();
  });

  test("that is denied says what to do, with a password and without", () => {
    expect(sudoDenied("ada", [], false).remedy).toContain("ada ALL=(ALL) NOPASSWD: ALL");
    expect(sudoDenied("ada", ["sudo: no"], true)).toMatchObject({ code: "sudo/denied", details: ["sudo: no"] });
    expect(sudoDenied("ada", [], true).remedy).toMatch(/^Check the sudo password/);
    const tty = sudoDenied("ada", ["sudo: sorry, you must have a tty to run sudo"], true);
    expect([tty.code, tty.remedy]).toEqual(["sudo/denied", expect.stringContaining('"Defaults:ada !requiretty"')]);
    expect(sudoDenied("ada", ["sudo: putty is not allowed"], false).remedy).toContain("NOPASSWD");
  });
});

describe("a whole script", () => {
  test.each([
    ["exits with its last command's code", "true\nfalse", 1],
    ["exits with the code it gives", "exit 7\necho no", 7],
    ["may be empty", "", 0],
    ["may end in a comment", "exit 3 # why", 3],
    ["may end in a here-document", "cat >/dev/null <<'X'\n}; exit 9\nX", 0],
    ["may set -e", "set -e\nfalse\nexit 9", 1],
  ])("%s", (_name, script, code) => {
    expect(sh(wholeScript(script)).status).toBe(code);
  });

  test("that is cut anywhere runs nothing at all", () => {
    const whole = wholeScript("echo one\necho two\nrm -rf /nonexistent/drover");
    for (let length = 1; length < whole.length - "; exit\n".length - 1; length += 1) {
      expect(sh(whole.slice(0, length)).stdout).toBe("");
    }
  });

  test("comes after the mark on both streams, even if it has a syntax error", () => {
    const { stdout, stderr, status } = sh(markLine(mark) + wholeScript("echo ours\nif then"));
    expect(stdout).toBe(`${mark}\n`);
    expect(stderr.startsWith(`${mark}\n`)).toBe(true);
    expect(status).not.toBe(0);
  });
});
