import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundHeap, usualFlags } from "../../src/cli/heap.ts";

describe("the heap", () => {
  it("is left alone with few hosts, whose runs would only take longer", () => {
    const flags: string[] = [];
    for (const hosts of [0, 1, 3, 49]) boundHeap(hosts, (flag) => flags.push(flag));
    expect(flags).toEqual([]);
  });

  it("is left alone with several hosts too, of whose functions fewer are optimized, until the flags are as usual again", () => {
    const flags: string[] = [];
    for (const hosts of [50, 199]) boundHeap(hosts, (flag) => flags.push(flag));
    expect(new Set(flags)).toEqual(new Set(["--invocation-count-for-maglev=6000"]));
    const before = cachedDataVersionTag();
    onTestFinished(usualFlags);
    for (const hosts of [50, 200]) {
      boundHeap(hosts);
      expect(cachedDataVersionTag()).not.toBe(before);
      usualFlags();
      expect(cachedDataVersionTag()).toBe(before);
    }
  });

  it("is bounded with many, by flags that this Node knows", () => {
    const flags: string[] = [];
    const both = ["--semi-space-growth-factor=1", "--heap-growing-percent=50"];
    for (const hosts of [200, 1000]) boundHeap(hosts, (flag) => flags.push(flag));
    expect(flags).toEqual([...both, ...both]);
    const { status, stderr } = spawnSync(process.execPath, [...both, "-e", "0"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("stays smaller once it is bounded, however much is made", () => {
    const heap = join(import.meta.dirname, "../../src/cli/heap.ts");
    const script = `
      import { getHeapSpaceStatistics } from "node:v8";
      import { boundHeap } from ${JSON.stringify(heap)};
      boundHeap(Number(process.argv[1]));
      const kept = [];
      for (let n = 0; n < 400_000; n += 1) kept[n % 60_000] = { n, text: String(n) };
      console.log(getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space").space_size);`;
    const size = (hosts: number) =>
      Number(
        spawnSync(process.execPath, ["--input-type=module", "-e", script, String(hosts)], { encoding: "utf8" }).stdout,
      );
    const [bounded, free] = [size(1000), size(3)];
    expect(bounded).toBeGreaterThan(0);
    expect(bounded).toBeLessThan(free / 2);
  });

  it("gives back what lived for a while and is garbage then, before it is half as much as all that is kept", () => {
    const heap = join(import.meta.dirname, "../../src/cli/heap.ts");
    // 20 MB are kept for good, and 80 rounds of 0.2 MB at a time.
    const script = `
      import { getHeapStatistics } from "node:v8";
      import { boundHeap } from ${JSON.stringify(heap)};
      const kept = Array.from({ length: 2_500_000 }, (_, n) => n + 0.5);
      boundHeap(1000);
      const recent = [];
      let most = 0;
      for (let n = 0; n < 4_000; n += 1) {
        recent[n % 80] = Array.from({ length: 1_000 }, (_, at) => ({ at, text: String(at) }));
        most = Math.max(most, getHeapStatistics().used_heap_size);
      }
      console.log(kept.length, most);`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    const [kept, most] = stdout.split(" ").map(Number);
    expect(kept).toBe(2_500_000);
    expect(most).toBeLessThan(75e6);
  });
});
