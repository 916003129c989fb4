import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { takeLock } from "../../scripts/parts/build-lock.ts";
import { type Progress, progressLine, readProgress, writeProgress } from "../../scripts/parts/progress.ts";
import { goMinor } from "../../scripts/parts/requirements.ts";
import { testFolder } from "../test-folder.ts";

let root = "";
beforeEach(() => {
  root = testFolder("progress");
});

const progress: Progress = {
  part: "rke",
  does: "compile rke v1.8.1",
  index: 3,
  total: 24,
  startedAt: "2026-01-01T00:00:00.000Z",
  secondsLeft: 720,
};

describe("progress", () => {
  it("is read by another process as it was written", async () => {
    await writeProgress(join(root, "p.json"), progress);
    expect(await readProgress(join(root, "p.json"))).toEqual(progress);
  });

  it("is unknown where nobody wrote any", async () => {
    expect(await readProgress(join(root, "p.json"))).toBeUndefined();
  });

  it("is told as what is done, how far it is and how long it will take", () => {
    expect(progressLine(progress, new Date("2026-01-01T00:04:00Z"))).toBe(
      "[3 of 24] compile rke v1.8.1; 4 min so far, about 12 min left",
    );
  });
});

describe.runIf(process.platform === "linux")("the lock", () => {
  it("makes a second one wait until the first is done", async () => {
    const file = join(root, "lock");
    const order: string[] = [];
    const first = await takeLock(file, async () => undefined, 20);
    const second = takeLock(file, async () => void order.push("waiting"), 20);
    await expect.poll(() => order.length).toBeGreaterThan(0);
    order.push("released");
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(order[0]).toBe("waiting");
    expect(order).toContain("released");
  });

  it("is free again when its holder was killed", async () => {
    const file = join(root, "lock");
    const source = new URL("../../scripts/parts/build-lock.ts", import.meta.url).href;
    const code = `const { takeLock } = await import(${JSON.stringify(source)});
      await takeLock(${JSON.stringify(file)}, async () => {}); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    let waited = 0;
    const mine = takeLock(file, async () => void waited++, 20);
    await expect.poll(() => waited).toBeGreaterThan(0);
    holder.kill("SIGKILL");
    await (await mine)[Symbol.asyncDispose]();
  });
});

it("the version of Go is read from what go says", () => {
  expect(goMinor("go version go1.26.8 linux/amd64\n")).toBe(26);
  expect(goMinor("go version devel +abc linux/amd64")).toBeUndefined();
  expect(goMinor("")).toBeUndefined();
});
