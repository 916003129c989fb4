import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runScript } from "../../src/connection/run-script.ts";
import type { Launch } from "../../src/connection/running.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A double of a shell that says what it is told to say, and when it ends. */
function shell() {
  const ended = Promise.withResolvers<number>();
  let launch: Launch | undefined;
  const kill = vi.fn();
  return {
    start: (given: Launch) => {
      launch = given;
      return { stdin: new PassThrough(), ended: ended.promise, kill };
    },
    says: (text: string) => launch?.onStdout(Buffer.from(text)),
    ends: () => ended.resolve(0),
    kill,
  };
}
const job = { command: "/bin/sh -s", stdin: "", mark: undefined };
const limitFrom = (line: string): number | undefined => (line.startsWith("next ") ? Number(line.slice(5)) : undefined);

describe("the time of a script", () => {
  it("begins anew with a line that says so, with the limit that this one names, shorter or longer", async () => {
    const { start, says, kill } = shell();
    const done = runScript(start, job, { timeoutMs: 5_000, limitFrom }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(4_000);
    says("next 60000\n");
    await vi.advanceTimersByTimeAsync(59_000);
    says("what it does\nnext 2000\n");
    await vi.advanceTimersByTimeAsync(1_999);
    expect(kill).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(kill).toHaveBeenCalledOnce();
    expect(await done).toMatchObject({ code: "step/action-timeout", message: "no end after 2 s" });
  });

  it("runs on where a line is not whole, and is over once the script is", async () => {
    const { start, says, ends, kill } = shell();
    const done = runScript(start, job, { timeoutMs: 5_000, limitFrom });
    says("next 60000");
    await vi.advanceTimersByTimeAsync(4_999);
    ends();
    expect((await done).result).toMatchObject({ code: 0, stdout: "next 60000" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([kill.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
