import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";

const run = promisify(execFile);

/** Words that no other program of this machine says: the command lines of all of them are looked at. */
const [argument, secret] = [`argument-of-${process.pid}`, `secret-of-${process.pid}`];

/** A shell that has these words in its command line until it has read all of its stdin, with a secret in its environment. */
async function reading(words: string, input = ""): Promise<void> {
  const running = run("/bin/sh", ["-c", `${words}; cat >/dev/null`], { env: { ...process.env, SECRET: secret } });
  running.child.stdin?.write(input);
  // However late this is, looks that were due before it come first.
  await sleep(300);
  running.child.stdin?.end();
  await running;
}

describe("the look at command lines", () => {
  it("sees a text in an argument of a process that lives for a moment, wherever it stands in it", async () => {
    const { found } = await commandLinesDuring([argument], () => reading(`: --password=${argument}`));
    expect(found.join("\n")).toContain(`--password=${argument}`);
  });

  it("sees none that comes on stdin or in the environment", async () => {
    const { found } = await commandLinesDuring([secret], () => reading(":", secret));
    expect(found).toEqual([]);
  });
});
