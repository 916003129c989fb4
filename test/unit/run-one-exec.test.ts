import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import type { Action, DownloadAction } from "../../src/core/step.ts";
import { begunWith, inExecs, lastBegun, sortLines } from "../../src/run/one-exec.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const mark = "0123456789abcdef";

const actions: Readonly<Record<string, Action>> = {
  r: { kind: "run", sh: sh`true`, timeoutMs: 1 },
  w: { kind: "write", path: "/x", content: "", mode: 0o600, owner: "" },
  U: { kind: "run", sh: sh`true`, timeoutMs: 1, survivesDisconnect: true },
  B: { kind: "reboot", because: "x" },
  D: { kind: "download" } as DownloadAction,
};
const letterOf = (action: Action): string => Object.entries(actions).find(([, one]) => one === action)?.[0] ?? "?";

describe("the actions of a change go to a host", () => {
  it.each<[string, string, number | undefined]>([
    ["", "", undefined],
    ["r", "r", undefined],
    ["rwr", "rwr", undefined],
    ["U", "U", undefined],
    ["rwUwr", "rw U wr", undefined],
    ["UU", "U U", undefined],
    ["BrrD", "B rr D", undefined],
    ["rDw", "r D w", undefined],
    ["rwr", "r w r", 1],
    ["rwrwr", "rw rw r", 2],
    ["rrUrrr", "rr U rr r", 2],
  ])("%j as %j, so many at most: %s", (given, wanted, most) => {
    const execs = inExecs(
      [...given].map((letter) => actions[letter] ?? expect.fail()),
      most,
    );
    expect(execs.map((one) => ("kind" in one ? letterOf(one) : one.map(letterOf).join(""))).join(" ")).toBe(wanted);
  });
});

const pieces = ["", "one\n", "two\nthree\n", "no end", "\n", "\n\n", "mark 1\n", "fedcba9876543210 1\n", "ünï\n"];

/** What actions print, up to one that is the last, and how that arrives. */
function printed(seed: number) {
  const below = randomNumbers(seed);
  const text = () => Array.from({ length: below(4) }, () => pieces[below(pieces.length)] ?? "").join("");
  const said = Array.from({ length: 1 + below(12) }, () => ({ stdout: text(), stderr: text() }));
  const whole = (stream: "stdout" | "stderr") => said.map((one, index) => `${mark} ${index}\n${one[stream]}`).join("");
  const result: Result = { code: 1, stdout: whole("stdout"), stderr: whole("stderr") };
  return { said, result };
}

/** The lines of a text as they are told; a last one without an end is one too. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

const seeds = Array.from({ length: rounds(300) }, (_, index) => index + 1);

describe("what actions of one exec print", () => {
  it("is told line by line to the listener of the one that printed it, and to no other", () => {
    for (const seed of seeds) {
      const { said, result } = printed(seed);
      const heard = said.map(() => ({ stdout: [] as string[], stderr: [] as string[] }));
      const onLine = sortLines(
        mark,
        heard.map((one) => (line, stream) => one[stream].push(line)),
      );
      for (const stream of ["stderr", "stdout"] as const)
        for (const line of linesOf(result[stream])) onLine(line, stream);
      const wanted = said.map(({ stdout, stderr }) => ({ stdout: linesOf(stdout), stderr: linesOf(stderr) }));
      expect(heard, `seed ${seed}`).toEqual(wanted);
    }
  });

  it("is of the last one that began where that failed: its own output, and nothing of those before it", () => {
    for (const seed of seeds) {
      const { said, result } = printed(seed);
      const [index, last] = [said.length - 1, said.at(-1)];
      expect(lastBegun(result, mark), `seed ${seed}`).toEqual({ index, result: { code: 1, ...last } });
    }
  });

  it.each<[string, Partial<Result>, number, Partial<Result>]>([
    [
      "only one stream came so far",
      { stdout: `${mark} 0\na\n${mark} 1\nb\n`, stderr: `${mark} 0\nc\n` },
      1,
      { stdout: "b\n", stderr: "" },
    ],
    [
      "the other one did",
      { stdout: `${mark} 0\na\n`, stderr: `${mark} 0\nc\n${mark} 1\nd\n` },
      1,
      { stdout: "", stderr: "d\n" },
    ],
    ["no mark came at all", { stdout: "", stderr: "sh: not found\n" }, 0, { stdout: "", stderr: "sh: not found\n" }],
    ["a mark was cut", { stdout: `${mark} 0\na\n${mark} 1`, stderr: `${mark} 0\n` }, 0, {}],
  ])("is told where %s", (_, some, index, wanted) => {
    const last = lastBegun({ code: 9, stdout: "", stderr: "", ...some }, mark);
    expect(last.index).toBe(index);
    expect(last.result).toMatchObject({ code: 9, ...wanted });
  });

  it("before the first of them began is nobody's", () => {
    const heard: string[] = [];
    sortLines(mark, [(line) => heard.push(line)])("Welcome", "stdout");
    expect(heard).toEqual([]);
  });

  it.each<[string, number | undefined]>([
    [`${mark} 0`, 0],
    [`${mark} 12`, 12],
    [`no end${mark} 3`, 3],
    [`${mark} 3 `, undefined],
    [`${mark} x`, undefined],
    [`${mark} `, undefined],
    ["fedcba9876543210 1", undefined],
    ["", undefined],
  ])("says in the line %j that one begins: %s", (line, begun) => {
    expect(begunWith(line, mark)).toBe(begun);
  });
});
