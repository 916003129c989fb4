import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";

const run = promisify(execFile);

describe("the look at command lines", () => {
  it("sees a text in an argument of a process that lives for a moment, wherever it stands in it", async () => {
    const { found } = await commandLinesDuring(["hush-1"], () =>
      run("/bin/sh", ["-c", ": --password=hush-1; sleep 1"]),
    );
    expect(found.join("\n")).toContain("--password=hush-1");
  });

  it("sees none that comes on stdin or in the environment", async () => {
    const { found } = await commandLinesDuring(["hush-2"], async () => {
      const child = run("/bin/sh", ["-c", "cat >/dev/null; sleep 0.5"], { env: { SECRET: "hush-2" } });
      child.child.stdin?.end("hush-2");
      return child;
    });
    expect(found).toEqual([]);
  });
});
