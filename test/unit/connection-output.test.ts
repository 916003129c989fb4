import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Capture } from "../../src/connection/capture.ts";
import { LineSplitter } from "../../src/connection/line-splitter.ts";
import { signalCode } from "../../src/connection/running.ts";
import { slots } from "../../src/connection/slots.ts";

/** The same bytes, cut into chunks of a size. */
function chunks(text: string, size: number): readonly Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

function linesOf(text: string, size: number): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks(text, size)) splitter.push(chunk);
  splitter.end();
  return lines;
}

function capture(mark: string | undefined, limit = 1_000) {
  const seen = { overflows: 0, lines: [] as string[] };
  const onOverflow = () => {
    seen.overflows += 1;
  };
  return { seen, it: new Capture({ mark, limit, onOverflow, onLine: (line) => seen.lines.push(line) }) };
}

describe("lines", () => {
  test.each([1, 2, 3, 5, 7, 64])("are the same when the bytes come %i at a time", (size) => {
    const text = "grüße\n\n日本語 🚀\r\n  last";
    expect(linesOf(text, size)).toEqual(["grüße", "", "日本語 🚀\r", "  last"]);
  });

  test("do not grow an empty one at the end", () => {
    expect(linesOf("one\n", 2)).toEqual(["one"]);
    expect(linesOf("", 1)).toEqual([]);
  });

  test("of 8 MiB are put together without reading them again and again", () => {
    const before = performance.now();
    expect(linesOf(`${"x".repeat(8 * 1024 * 1024)}\n`, 32 * 1024)[0]?.length).toBe(8 * 1024 * 1024);
    expect(performance.now() - before).toBeLessThan(100_000);
  });

  test("with a broken character are still lines", () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.push(Buffer.from([0x61, 0xc3, 0x0a, 0xe2]));
    splitter.end();
    expect(lines).toEqual(["a\uFFFD", "\uFFFD"]);
  });
});

describe("captured output", () => {
  test.each([1, 2, 5, 100])("begins after the mark when the bytes come %i at a time", (size) => {
    const { it, seen } = capture("drover-1f");
    for (const chunk of chunks("Welcome\nno newlinedrover-1f\nours\nlast", size)) it.push(chunk);
    it.end();
    expect(it.begun).toBe(true);
    expect(it.before).toBe("Welcome\nno newline");
    expect(it.text).toBe("ours\nlast");
    expect(seen.lines).toEqual(["ours", "last"]);
  });

  test("has not begun while the mark is not a whole line", () => {
    const { it } = capture("drover-1f");
    it.push(Buffer.from("drover-1f root\ndrover-1"));
    expect(it.begun).toBe(false);
    expect(it.text).toBe("");
    expect(it.before).toBe("drover-1f root\ndrover-1");
  });

  test("may hold the mark again", () => {
    const { it } = capture("m");
    it.push(Buffer.from("m\nm\n"));
    expect(it.text).toBe("m\n");
  });

  test("without a mark is all ours", () => {
    const { it } = capture(undefined);
    it.push(Buffer.from("all"));
    expect([it.begun, it.text, it.before]).toEqual([true, "all", ""]);
  });

  test("does not copy again and again what a login shell prints before it", () => {
    const concat = vi.spyOn(Buffer, "concat");
    onTestFinished(() => concat.mockRestore());
    const { it } = capture("drover-1f", 100_000_000);
    const noise = Buffer.alloc(1024, "x");
    for (let n = 0; n < 1000; n += 1) it.push(noise);
    it.push(Buffer.from("drover-1f\nours"));
    expect([it.before.length, it.text]).toEqual([1000 * 1024, "ours"]);
    const copied = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
    expect(copied).toBeLessThan(5 * 1000 * 1024);
  });

  test("is found wherever the mark is cut, and whatever looks like it before", () => {
    const text = "drover-1drover-1f drover-1f\rdrover-1fdrover-1f\nours\ndrover-1f\n";
    for (let size = 1; size <= text.length; size += 1) {
      const { it } = capture("drover-1f");
      for (const chunk of chunks(text, size)) it.push(chunk);
      expect([it.begun, it.before, it.text]).toEqual([
        true,
        "drover-1drover-1f drover-1f\rdrover-1f",
        "ours\ndrover-1f\n",
      ]);
    }
  });

  test("beyond the limit is told once and not kept, before the mark too", () => {
    for (const mark of [undefined, "m"]) {
      const { it, seen } = capture(mark, 10);
      for (let n = 0; n < 5; n += 1) it.push(Buffer.from("123456"));
      expect(seen.overflows).toBe(1);
      expect(it.text.length + it.before.length).toBe(6);
    }
  });
});

describe("turns", () => {
  test("are taken in order, never more at once than allowed, and given back by a job that fails", async () => {
    const inTurn = slots(2);
    const seen = { now: 0, most: 0, order: [] as number[] };
    const job = (n: number) => async () => {
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      seen.order.push(n);
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.now -= 1;
      if (n % 2 === 0) throw new Error(`job ${n}`);
      return n;
    };
    const ends = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((n) => inTurn(job(n))));
    expect(ends.map(({ status }) => status === "fulfilled")).toEqual([false, true, false, true, false, true]);
    expect(seen).toMatchObject({ now: 0, most: 2, order: [0, 1, 2, 3, 4, 5] });
  });
});

test.each([
  ["KILL", 137],
  ["SIGTERM", 143],
  ["HUP", 129],
  // A program that ran into a limit of the machine, or into a defect of its own.
  ["XFSZ", 153],
  ["SIGBUS", 135],
  ["FPE", 136],
  ["USR1", 138],
  ["UNHEARD-OF", 128],
])("a death by %s is the exit code %i", (signal, code) => {
  expect(signalCode(signal)).toBe(code);
});
