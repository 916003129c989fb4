import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DroverError } from "../../src/core/errors.ts";
import { Sh, sh } from "../../src/core/shell.ts";
import type { Action } from "../../src/core/step.ts";
import { perform } from "../../src/run/perform.ts";
import { openSession } from "../../src/run/session.ts";
import { hostNamed, RunWorld } from "../unit/support/run-world.ts";

let world: RunWorld;
beforeEach(() => {
  world = new RunWorld();
});
afterEach(() => world.remove());

async function act(action: Action): Promise<void> {
  const session = await openSession(hostNamed("a"), world.deps);
  await perform([action], { session, step: "t/step", deps: world.deps });
}

async function failureOf(action: Action): Promise<DroverError> {
  return act(action).then(
    () => Promise.reject(new Error("expected a failure")),
    (thrown: DroverError) => thrown,
  );
}

describe("a write", () => {
  const write = (path: string, content: string, mode = 0o640): Action => ({
    kind: "write",
    path,
    content,
    mode,
    owner: "",
  });

  it.each([
    "",
    "plain\n",
    "no newline",
    'it\'s $HOME `id` \\ "x"\n',
    "ünïcödé\n",
    "DROVER_END_OF_CONTENT\n",
    "x".repeat(300_000),
  ])("carries content unchanged (%#)", async (content) => {
    const path = join(world.dir, "file");
    await act(write(path, content));
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("sets the mode, makes missing folders, and leaves no temporary file", async () => {
    const path = join(world.dir, "new folder", "it's here");
    await act(write(path, "x", 0o600));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(world.dir, "new folder"))).toEqual(["it's here"]);
  });

  it("replaces the file in one move, so that a reader of the old one keeps it whole", async () => {
    const path = join(world.dir, "file");
    writeFileSync(path, "old");
    const before = statSync(path).ino;
    await act(write(path, "new"));
    expect(statSync(path).ino).not.toBe(before);
  });

  it("replaces a symbolic link and not what it points to", async () => {
    const [target, link] = [join(world.dir, "target"), join(world.dir, "link")];
    writeFileSync(target, "mine");
    symlinkSync(target, link);
    await act(write(link, "new"));
    expect(readFileSync(target, "utf8")).toBe("mine");
    expect(readFileSync(link, "utf8")).toBe("new");
  });

  it("keeps the old file when it fails, says where, and shows none of the content", async () => {
    const path = join(world.dir, "sub", "file");
    writeFileSync(join(world.dir, "sub"), "a file where a folder should be");
    const failure = await failureOf(write(path, "SECRET"));
    expect(failure).toMatchObject({ code: "step/action-failed", host: "a", step: "t/step" });
    expect(JSON.stringify([failure.message, failure.details])).toContain(path);
    expect(JSON.stringify([failure.message, failure.details, world.events])).not.toContain("SECRET");
  });

  it("calls a full disk a full disk", async () => {
    expect(await failureOf(write("/dev/full/x", "x"))).toMatchObject({ code: "step/action-failed" });
    const full: Action = { kind: "run", sh: sh`cat /etc/passwd >/dev/full`, timeoutMs: 5000 };
    expect(await failureOf(full)).toMatchObject({ code: "host/disk-full" });
  });
});

describe("a download", () => {
  it("is handed on as it is, and its progress is told as the step's", async () => {
    const wanted = {
      kind: "download",
      url: "https://x.test/rke",
      checksums: "s",
      member: undefined,
      to: "/c/rke",
    } as const;
    await act({ ...wanted, sha256: undefined });
    expect(world.downloads).toEqual([{ ...wanted, sha256: undefined }]);
    const told = world.events.filter(({ kind }) => kind === "progress");
    expect(told).toMatchObject([{ host: "a", step: "t/step", phase: "download half of it", fraction: 0.5 }]);
  });
});

describe("a run", () => {
  const run = (text: string, more: Partial<Extract<Action, { kind: "run" }>> = {}): Action => ({
    kind: "run",
    sh: Sh.trusted(text),
    timeoutMs: 10_000,
    ...more,
  });

  it("gives stdin to the command, exact, and never in an argument list", async () => {
    const path = join(world.dir, "out");
    await act(run(`cat >${path}; ps -ef >${path}.ps`, { stdin: "pass'word-of-this-test\n$x" }));
    expect(readFileSync(path, "utf8")).toBe("pass'word-of-this-test\n$x");
    expect(readFileSync(`${path}.ps`, "utf8")).not.toContain("word-of-this-test");
  });

  it("gives no stdin where none is said, so that a command that reads does not eat the script", async () => {
    const path = join(world.dir, "out");
    await act(run(`cat; echo done >${path}`));
    expect(readFileSync(path, "utf8")).toBe("done\n");
  });

  it("emits each line of output, and progress where a line says so", async () => {
    await act(
      run("echo one; echo two >&2; printf three", {
        progress: (line) => (line === "two" ? { phase: "Second", fraction: 0.5 } : undefined),
      }),
    );
    const output = world.events.flatMap((event) => (event.kind === "output" ? [[event.stream, event.line]] : []));
    expect(output).toContainEqual(["stdout", "one"]);
    expect(output).toContainEqual(["stderr", "two"]);
    expect(world.events).toContainEqual({
      kind: "progress",
      host: "a",
      step: "t/step",
      phase: "Second",
      fraction: 0.5,
    });
  });

  it("fails with the last 20 lines as details", async () => {
    const failure = await failureOf(run("seq 1 100; exit 3"));
    expect(failure.message).toContain("exit code 3");
    expect(failure.details).toHaveLength(20);
    expect(failure.details.at(-1)).toBe("100");
  });

  it("explains a known failure with what the output names, the first that fits", async () => {
    const failures = [
      {
        pattern: /no such image: (\S+)/,
        code: "cluster/image-not-pullable",
        message: "$1 cannot be pulled",
        remedy: "Look at the registry.",
      },
      { pattern: /image/, code: "cluster/not-ready", message: "second", remedy: "" },
    ] as const;
    const failure = await failureOf(run("echo 'no such image: nginx:1' >&2; exit 1", { failures }));
    expect(failure).toMatchObject({
      code: "cluster/image-not-pullable",
      message: "nginx:1 cannot be pulled",
      remedy: "Look at the registry.",
    });
  });

  it("does not take a known failure for one when the command succeeded", async () => {
    await act(run("echo No space left on device"));
  });

  it("speaks C, whatever the operator's locale is", async () => {
    await act(run(`printf %s "$LC_ALL" >${join(world.dir, "locale")}`));
    expect(readFileSync(join(world.dir, "locale"), "utf8")).toBe("C");
  });

  it("does not let a read-only folder pass as written", async () => {
    chmodSync(world.dir, 0o700);
    expect((await failureOf(run("echo 'cp: Read-only file system' >&2; exit 1"))).message).toBe(
      "the file system is read-only",
    );
  });

  it.each([
    ["a program that the kernel killed", "sh -c 'kill -9 $$'; exit 137"],
    [
      "a program that the kernel killed in the middle of a line",
      "printf 'Reading package lists...'; sh -c 'kill -9 $$'; exit 137",
    ],
    ["a program that got none", "echo 'fork: Cannot allocate memory' >&2; exit 1"],
  ])("names memory that is short after %s", async (_, script) => {
    expect(await failureOf(run(script))).toMatchObject({
      message: "a program was killed or got no memory: the host has too little",
      remedy: expect.stringContaining("free -m"),
    });
  });

  it("names no memory where somebody writes of killing", async () => {
    expect((await failureOf(run("echo 'Killed containers: none' >&2; exit 1"))).message).toContain("exit code 1");
  });
});

describe("a reboot", () => {
  it("does not happen where what must be done before it fails on the control machine, and says why", async () => {
    const session = await openSession(hostNamed("a"), world.deps);
    const [line] = world.connections;
    // This machine stands for the host: whatever happens, it must not be rebooted.
    if (line !== undefined) line.before = (script) => expect(script).not.toContain("reboot");
    const failure = { pattern: /silent (\w+)/, code: "cluster/not-ready", message: "no $1", remedy: "r" } as const;
    const around = {
      before: sh`echo silent cluster >&2; exit 1`,
      after: sh`:`,
      timeoutMs: 10_000,
      failures: [failure],
    };
    const action: Action = { kind: "reboot", because: "x", around };
    const thrown = perform([action], { session, step: "t/step", deps: world.deps });
    await expect(thrown).rejects.toMatchObject({ code: "cluster/not-ready", message: "no cluster", host: "a" });
    expect(world.scriptsOf("a")).toEqual([]);
    expect(world.connections.filter((one) => one.name === "control").map((one) => one.closed)).toEqual([true]);
  });
});
