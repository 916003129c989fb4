import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { atExit, sh } from "../../src/core/shell.ts";
import { testFolder } from "../test-folder.ts";

// Not INT: whoever starts the tests in the background has it ignored for all that they start.
describe("what a script leaves for the moment", () => {
  it.each(["SIGHUP", "SIGPIPE", "SIGTERM"] as const)("is gone after %s, and the script has failed", async (signal) => {
    const file = join(testFolder("exit"), "with a secret");
    writeFileSync(file, "secret");
    const script = sh`${atExit(sh`rm -f ${file}`)} || exit 1
/bin/sh -c 'echo begun; exec sleep 600'`;
    const child = spawn("/bin/sh", ["-c", script.text], { stdio: ["ignore", "pipe", "ignore"], detached: true });
    await once(child.stdout, "data");
    // The group, as a host that shuts down does: the shell waits for what it runs, which is there by now.
    if (child.pid !== undefined) process.kill(-child.pid, signal);
    expect(await once(child, "close")).toEqual([143, null]);
    expect(existsSync(file)).toBe(false);
  });

  it("is taken away once where no signal comes, and the script's own exit code stays", async () => {
    const child = spawn("/bin/sh", ["-c", sh`${atExit(sh`echo cleaned`)}; exit 7`.text]);
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    expect(await once(child, "close")).toEqual([7, null]);
    expect(said).toBe("cleaned\n");
  });

  it("is nowhere left to an EXIT trap alone, which dash does not run for a signal", () => {
    const alone = globSync(["src/**/*.ts", "templates/**/*.sh"]).filter((path) => {
      const text = readFileSync(path, "utf8");
      return /\btrap (?!-).* EXIT\b/.test(text) && !/\btrap 'exit \d+' .*\bTERM\b/.test(text);
    });
    expect(alone).toEqual([]);
  });
});
