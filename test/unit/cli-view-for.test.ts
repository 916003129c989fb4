import { join } from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { canAsk, wantsColor } from "../../src/cli/context.ts";
import type { LoadedCluster } from "../../src/cli/load-cluster.ts";
import { limitsOf } from "../../src/cli/run-limits.ts";
import { canDraw, viewFor } from "../../src/cli/view-for.ts";
import { testFolder } from "../test-folder.ts";
import { failedRun } from "./support/run-events.ts";

let runs: string;
beforeEach(() => {
  runs = join(testFolder("view"), "runs");
});

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

function contextOf({ isTTY = false, columns = 100, env = {} }: Terminal) {
  const stdout = Object.assign(new PassThrough(), { isTTY, columns, rows: 24 });
  const context = { stdin: { isTTY }, stdout, env, now: () => 0 } as unknown as Context;
  return { context, text: () => String(stdout.read() ?? "") };
}

/** What a run that fails on one of two hosts looks like. */
async function seen(options: Parameters<typeof viewFor>[0], terminal: Terminal = {}): Promise<string> {
  const { context, text } = contextOf(terminal);
  const view = await viewFor(options, context, { paths: { runs } } as LoadedCluster);
  for (const event of failedRun) view.on(event);
  await view.end();
  return text();
}

describe("a run is seen", () => {
  const output = "Setting up docker.io";

  it("as lines where there is no terminal, without the output of commands", async () => {
    const text = await seen({});
    expect(text).toContain("Docker is installed");
    expect(text).not.toContain(output);
    expect(text).not.toContain("\u001b");
  });

  it("with the output of commands if that is asked for, as lines in a terminal too", async () => {
    for (const isTTY of [false, true]) expect(await seen({ verbose: true }, { isTTY })).toContain(output);
  });

  it("as lines in a terminal that has no room or no means", async () => {
    expect(await seen({}, { isTTY: true, columns: 59, env: { NO_COLOR: "1" } })).not.toContain("\u001b");
    expect(await seen({}, { isTTY: true, env: { TERM: "dumb" } })).not.toContain("\u001b");
  });

  it("as JSON alone if a program wants that, every event on a line, in a terminal too", async () => {
    for (const isTTY of [false, true]) {
      const lines = (await seen({ json: true, verbose: true }, { isTTY })).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line).kind)).toEqual(failedRun.map(({ kind }) => kind));
    }
  });

  it("not at all if nobody wants to, not even as JSON", async () => {
    expect(await seen({ quiet: true })).toBe("");
    expect(await seen({ quiet: true, json: true, verbose: true }, { isTTY: true })).toBe("");
  });
});

it.each<[Terminal, boolean]>([
  [{ isTTY: true, columns: 60 }, true],
  [{ isTTY: true, columns: 59 }, false],
  [{ isTTY: true, columns: 0 }, false],
  [{ isTTY: false, columns: 200 }, false],
  [{ isTTY: true, env: { TERM: "dumb" } }, false],
  [{ isTTY: true, env: { TERM: "xterm", NO_COLOR: "1" } }, true],
])("a live view can be drawn: %j is %s", (terminal, can) => {
  expect(canDraw(contextOf(terminal).context)).toBe(can);
});

it.each<[Terminal, boolean]>([
  [{ isTTY: true }, true],
  [{ isTTY: false }, false],
  [{ isTTY: true, env: { NO_COLOR: "" } }, true],
  [{ isTTY: true, env: { NO_COLOR: "0" } }, false],
  [{ isTTY: true, env: { TERM: "dumb" } }, false],
])("colours are wanted: %j is %s", (terminal, wanted) => {
  const { context } = contextOf(terminal);
  expect(wantsColor(context, context.stdout)).toBe(wanted);
});

it("a person can be asked where both what is typed and what is shown is a terminal", () => {
  const can = (stdin: boolean, stdout: boolean) =>
    canAsk({ stdin: { isTTY: stdin }, stdout: { isTTY: stdout } } as unknown as Context);
  expect([can(true, true), can(true, false), can(false, true), can(false, false)]).toEqual([true, false, false, false]);
});

it.each([
  [{}, { concurrency: 50, waitMs: 0, maxFail: 0 }],
  [
    { concurrency: 1, wait: 90, maxFail: 2 },
    { concurrency: 1, waitMs: 90_000, maxFail: 2 },
  ],
  [
    { wait: 0, maxFail: 0 },
    { concurrency: 50, waitMs: 0, maxFail: 0 },
  ],
])("how a run goes about its hosts: %j", (options, limits) => {
  expect(limitsOf(options)).toEqual(limits);
});
