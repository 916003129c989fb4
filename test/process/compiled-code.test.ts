import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder } from "../test-folder.ts";

const src = resolve(import.meta.dirname, "../../src/cli");
/** Compiled only when it is called. */
const functionText = (n: number) =>
  `exports.f${n} = (a, b, c) => { let sum = ${n}; for (const x of [a, b, c, a * b, b * c]) { if (x > sum) sum += x * 2; else sum -= x / 3; } return [sum, a, b, c].map((y) => y + ${n}).join(":"); };`;
const library = Array.from({ length: 400 }, (_, n) => functionText(n)).join("\n");
const wrapped = (text: string) => `(function (exports, require, module, __filename, __dirname) {${text}})`;

/** A program of three files, and the place where its code is kept. */
function program() {
  const folder = testFolder("compiled");
  const kept = join(folder, "cache", "compiled", "up");
  const main = wrapped(`const library = require("./library.js"); const { sep } = require("node:path");
exports.word = "old"; exports.call = (count) => { require("./late.js"); for (let n = 0; n < count; n += 1) library["f" + n](n, 2, 3); return sep + __dirname + module.exports.word; };`);
  writeFileSync(join(folder, "main.js"), main);
  writeFileSync(join(folder, "library.js"), wrapped(library));
  writeFileSync(join(folder, "late.js"), wrapped(""));
  /** Runs it, calling so many of its functions: what it says, and how much was compiled when it was loaded. */
  const run = (calls: number, hosts = 1, before = "") => {
    const script = `
      import { getHeapCodeStatistics } from "node:v8";
      import { createLoader } from ${JSON.stringify(join(src, "compiled-code.ts"))};
      import { boundHeap } from ${JSON.stringify(join(src, "heap.ts"))};
      const { load, keep } = createLoader(${JSON.stringify(folder)}, ${JSON.stringify(kept)});
      const main = load("main.js");
      const size = getHeapCodeStatistics().bytecode_and_metadata_size;
      boundHeap(${hosts});
      const said = main.call(${calls});
      ${before}
      keep();
      console.log(JSON.stringify({ said, size, same: load("main.js") === main }));`;
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(done.stderr).toBe("");
    const answer: { said: string; size: number; same: boolean } = JSON.parse(done.stdout);
    return answer;
  };
  return { folder, kept, main, run };
}

describe("compiled code", () => {
  it("is kept for the operator alone, and the next run begins with the functions that were called", () => {
    const { folder, kept, run } = program();
    const first = run(400);
    expect(first).toMatchObject({ said: `/${folder}old`, same: true });
    expect([statSync(kept).mode & 0o777, statSync(join(kept, "..")).mode & 0o777]).toEqual([0o600, 0o700]);
    const next = run(400);
    expect(next.said).toBe(first.said);
    expect(next.size).toBeGreaterThan(first.size + 100_000);
  });

  it("is left as it is by a run that called no more, and replaced by one that did", () => {
    const { kept, run } = program();
    run(50);
    const { ino, size } = statSync(kept);
    run(50);
    run(10);
    expect(statSync(kept).ino).toBe(ino);
    run(400);
    expect(statSync(kept).size).toBeGreaterThan(size * 2);
  });

  it("is not taken for a file that has changed, be it as long as before", () => {
    const { folder, main, run } = program();
    run(1);
    writeFileSync(join(folder, "main.js"), main.replace('"old"', '"new"'));
    expect(run(1).said).toBe(`/${folder}new`);
    expect(run(1).said).toBe(`/${folder}new`);
  });

  it("is taken after runs on any number of hosts, which have flags of their own", () => {
    for (const hosts of [100, 1000]) {
      const { kept, run } = program();
      const first = run(400, hosts);
      const { ino } = statSync(kept);
      expect(run(400).size).toBeGreaterThan(first.size + 100_000);
      run(400, hosts);
      expect(statSync(kept).ino).toBe(ino);
    }
  });

  it("is done without where it is broken, another user's, or cannot be written", () => {
    const { kept, run } = program();
    const first = run(400);
    const good = readFileSync(kept);
    for (const bad of [good.subarray(0, -100), Buffer.from(good).fill(7, 5000, 5001), Buffer.alloc(0)]) {
      writeFileSync(kept, bad);
      expect(run(0).size).toBeLessThan(first.size + 100_000);
    }
    writeFileSync(kept, good);
    chmodSync(kept, 0o620);
    expect(run(0).size).toBeLessThan(first.size + 100_000);
    writeFileSync(kept, good);
    chmodSync(kept, 0o600);
    if (process.getuid?.() === 0) {
      chownSync(kept, 1000, 1000);
      expect(run(0).size).toBeLessThan(first.size + 100_000);
    }
    const other = program();
    writeFileSync(join(other.folder, "cache"), "no folder");
    expect(other.run(1).said).toBe(`/${other.folder}old`);
  });

  it("is not kept by a long run, which has dropped what it began with", () => {
    const { kept, run } = program();
    run(400, 1, "process.uptime = () => 31;");
    expect(() => statSync(kept)).toThrow("ENOENT");
  });
});
