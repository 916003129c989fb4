import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";

const run = promisify(execFile);

/** A shell that has these words in its command line until it has read all of its stdin, with a secret in its environment. */
async function reading(words: string, input = ""): Promise<void> {
  const running = run("/bin/sh", ["-c", `${words}; cat >/dev/null`], { env: { ...process.env, SECRET: "hush-2" } });
  running.child.stdin?.write(input);
  // However late this is, looks that were due before it come first.
  await sleep(300);
  running.child.stdin?.end();
  await running;
}

describe("the look at command lines", () => {
  it("sees a text in an argument of a process that lives for a moment, wherever it stands in it", async () => {
    const { found } = await commandLinesDuring(["hush-1"], () => reading(": --password=hush-1"));
    expect(found.join("\n")).toContain("--password=hush-1");
  });

  it("sees none that comes on stdin or in the environment", async () => {
    const { found } = await commandLinesDuring(["hush-2"], () => reading(":", "hush-2"));
    expect(found).toEqual([]);
  });
});
