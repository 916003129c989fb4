import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { writeScript } from "../../src/run/write-script.ts";
import { testFolder } from "../test-folder.ts";
import { rounds } from "../unit/support/thoroughness.ts";

const dir = testFolder("cut");
const path = join(dir, "file");
const before = "old\n".repeat(10_000);
const after = "new\n".repeat(400_000);
const script = writeScript({ kind: "write", path, content: after, mode: 0o640, owner: "" }).text;

/**
 * Runs the script in a process group of its own, and kills all of it after so many ms, or never. Over only when all its
 * processes have let go of the pipe that they were given: one in the middle of a rename finishes that after its shell is gone.
 */
function write(killAfterMs?: number): Promise<number | null> {
  const child = spawn("/bin/sh", ["-s"], { stdio: ["pipe", "ignore", "ignore", "pipe"], detached: true });
  const [, , , held] = child.stdio;
  if (held instanceof Readable) held.resume();
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(script);
  const { pid } = child;
  if (killAfterMs !== undefined && pid !== undefined) {
    setTimeout(() => {
      // Its own group, by its own number; it may have ended.
      if (child.exitCode === null) process.kill(-pid, "SIGKILL");
    }, killAfterMs);
  }
  return new Promise((resolve) => child.once("close", resolve));
}

function putOld(): void {
  rmSync(path, { force: true });
  writeFileSync(path, before, { mode: 0o600 });
}

describe("a write that is cut by a crash of the host or of its shell", () => {
  it("leaves the old file or the new one, whole, wherever it is cut, and done again it is the new one", async () => {
    const started = performance.now();
    putOld();
    expect(await write()).toBe(0);
    const takesMs = performance.now() - started;
    const seen = { old: 0, new: 0 };
    const count = rounds(30);
    for (let round = 0; round < count; round += 1) {
      putOld();
      await write((takesMs * round) / count);
      const found = readFileSync(path, "utf8");
      expect([before, after].includes(found), `neither the old nor the new text in round ${round}`).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(found === before ? 0o600 : 0o640);
      seen[found === before ? "old" : "new"] += 1;
    }
    expect(seen.old, "no round was cut before the end").toBeGreaterThan(0);
    expect(await write()).toBe(0);
    expect(readFileSync(path, "utf8")).toBe(after);
  });

  it("leaves nothing beside it where a host that shuts down ends it", async () => {
    const place = testFolder("ended");
    // A double: a disk that takes for ever.
    writeFileSync(join(place, "sync"), "#!/bin/sh\necho begun\nexec sleep 600\n", { mode: 0o755 });
    const file = join(place, "file");
    const { text } = writeScript({ kind: "write", path: file, content: "new", mode: 0o600, owner: "" });
    const env = { PATH: `${place}:/usr/bin:/bin` };
    const child = spawn("/bin/sh", ["-c", text], { stdio: ["ignore", "pipe", "ignore"], detached: true, env });
    await once(child.stdout, "data");
    expect(readdirSync(place)).toHaveLength(2);
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    expect(await once(child, "close")).toEqual([143, null]);
    expect(readdirSync(place)).toEqual(["sync"]);
  });

  it("leaves beside it at most what it had begun, never under the file's name, and nobody else may read that", () => {
    const left = readdirSync(dir).filter((name) => name !== "file");
    for (const name of left) {
      expect(name).toMatch(/^file\.drover\.\w{6}$/);
      expect(statSync(join(dir, name)).mode & 0o077 & ~0o040).toBe(0);
    }
  });
});
