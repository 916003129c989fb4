import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectLocal } from "../../src/connection/local.ts";
import { control } from "../../src/core/cluster.ts";
import type { DroverError } from "../../src/core/errors.ts";
import { Sh } from "../../src/core/shell.ts";
import type { Action, RunAction, WriteAction } from "../../src/core/step.ts";
import { inExecs, oneExecScript } from "../../src/run/one-exec.ts";
import { perform } from "../../src/run/perform.ts";
import { openSession } from "../../src/run/session.ts";
import { hostNamed, RunWorld } from "../unit/support/run-world.ts";

let world: RunWorld;
beforeEach(() => {
  world = new RunWorld();
});
afterEach(() => world.remove());

const run = (text: string, more: Partial<Pick<RunAction, "stdin" | "failures">> = {}) =>
  ({ kind: "run", sh: Sh.trusted(text), timeoutMs: 10_000, ...more }) as const;
const write = (name: string, content: string): WriteAction => ({
  kind: "write",
  path: join(world.dir, name),
  content,
  mode: 0o600,
  owner: "",
});

async function act(actions: readonly Action[], host = hostNamed("a")): Promise<void> {
  const session = await openSession(host, world.deps);
  await perform(actions, { session, step: "t/step", deps: world.deps });
}

const failureOf = (actions: readonly Action[]): Promise<DroverError> =>
  act(actions).then(
    () => Promise.reject(new Error("expected a failure")),
    (thrown: DroverError) => thrown,
  );
const printed = () => world.events.flatMap((event) => (event.kind === "output" ? [[event.stream, event.line]] : []));

describe("the actions of a change", () => {
  it("are done on a host in one exec, in their order, each with its own stdin and in a shell of its own", async () => {
    const out = join(world.dir, "out");
    await act([
      run(`cd /; x=mine; umask 0; cat >${out}`, { stdin: "secret\n" }),
      write("file", "text"),
      run(`pwd >>${out}; echo "[$x]" >>${out}; cat ${join(world.dir, "file")} - >>${out}`),
    ]);
    expect(readFileSync(out, "utf8")).toBe(`secret\n${process.cwd()}\n[]\ntext`);
    expect(world.scriptsOf("a")).toHaveLength(1);
  });

  it("are each an exec on the control machine, where none costs a way there and back", async () => {
    await act([write("one", "1"), write("two", "2")], control);
    expect(world.scriptsOf("control")).toHaveLength(2);
  });

  it("print what they print, also without a newline at the end, and nothing of how it is told apart", async () => {
    await act([run("printf one"), run("echo two; echo three >&2"), run("printf four")]);
    expect(printed().filter(([stream]) => stream === "stdout")).toEqual([
      ["stdout", "one"],
      ["stdout", "two"],
    ]);
    expect(printed().filter(([stream]) => stream === "stderr")).toEqual([["stderr", "three"]]);
  });

  it("end with the first that fails: by what that one knows and said, and none after it is done", async () => {
    const explains = (word: string) => {
      const failure = { pattern: /bad (\w+)/, code: "step/action-failed", remedy: "r" } as const;
      return { failures: [{ ...failure, message: `${word}: $1` }] };
    };
    const failure = await failureOf([
      run("echo bad luck; echo before", explains("first")),
      run("echo one; echo bad news >&2; exit 7", explains("second")),
      write("never", "x"),
    ]);
    expect(failure).toMatchObject({ message: "second: news", host: "a", step: "t/step" });
    expect([...failure.details].sort()).toEqual(["bad news", "one"]);
    expect(existsSync(join(world.dir, "never"))).toBe(false);
  });

  it("are explained by the file where one cannot be written", async () => {
    const failure = await failureOf([write("file", "x"), write("file/below", "SECRET"), run("exit 0")]);
    expect(failure.details[0]).toBe(`writing ${join(world.dir, "file/below")}`);
    expect(JSON.stringify([failure.details, world.events])).not.toContain("SECRET");
  });

  it("have a limit each: one that hangs is ended after its own, and its own words are told", async () => {
    const whole = { timeoutMs: 3_600_000 };
    const deps = {
      ...world.deps,
      connect: async () => connectLocal({ cwd: world.dir, env: { PATH: "/usr/bin:/bin" } }),
    };
    const session = await openSession(hostNamed("a"), deps);
    const hanging = { ...run("echo hangs; printf 'no end'; exec sleep 3600"), timeoutMs: 2_000 };
    const actions = [{ ...run("echo before"), ...whole }, hanging, { ...run("true"), ...whole }];
    const failure = await perform(actions, { session, step: "t/step", deps }).catch((thrown: unknown) => thrown);
    const place = { host: "a", step: "t/step" };
    expect(failure).toMatchObject({ code: "step/action-timeout", message: "no end after 2 s", ...place });
    expect(failure).toMatchObject({ details: ["hangs", "no end"] });
    await session.close();
  });

  it("leave a unit to itself", async () => {
    const unit: Action = { ...run("true"), survivesDisconnect: true };
    const actions = [run("1"), run("2"), unit, run("3"), write("f", "")];
    const sizes = (most?: number) => inExecs(actions, most).map((one) => ("kind" in one ? one : one.length));
    expect([sizes(), sizes(1)]).toEqual([
      [2, unit, 2],
      [1, 1, unit, 1, 1],
    ]);
  });
});

describe("the shell of several actions", () => {
  it("goes no further once nobody hears it, as after a line that was cut", async () => {
    const [go, first, second] = ["go", "first", "second"].map((name) => join(world.dir, name));
    const waiting = run(`read -r x <${go}; : >${first}`);
    const script = oneExecScript([waiting, run(`: >${second}`)], "mark").text;
    await new Promise<void>((resolve) => {
      const child = execFile("/bin/sh", ["-c", `mkfifo ${go}; ${script}`], () => resolve());
      // What the first one waits for comes only after the line is cut.
      child.stderr?.once("data", () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        execFile("/bin/sh", ["-c", `echo >${go}`]);
      });
    });
    expect([existsSync(first ?? ""), existsSync(second ?? "")]).toEqual([true, false]);
  });
});
