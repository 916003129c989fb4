import { describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import type { DroverError } from "../../src/core/errors.ts";
import type { Result } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer } from "./support/fake-host.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const nonce = "0123456789abcdef";
const other = "fedcba9876543210";

/** What commands print, and what would be taken for a mark by who does not look closely. */
const pieces = [
  "",
  "\n",
  "\n\n",
  "one\n",
  "no end",
  "ünïcödé 日本\n",
  "\u0000\u001b[31m\r\n",
  `x${nonce} end 0 0\n`,
  `\n${other} end 0 0\n`,
  `\n${nonce}x begin 1\n`,
  "\nbegin 0\n",
  `${nonce}`,
];

/** Answers to so many questions as any commands may give them. */
function answers(below: (below: number) => number): readonly Result[] {
  const text = () => Array.from({ length: below(5) }, () => pieces[below(pieces.length)] ?? "").join("");
  return Array.from({ length: 1 + below(6) }, () => answer(text(), below(3) === 0 ? below(256) : 0, text()));
}

/** What a host sends where its commands answer so. */
function sent(wanted: readonly Result[]): Result {
  const questions = wanted.map((_, index) => sh`question ${index}`);
  const reply = (question: string) => wanted[Number(question.split(" ")[1])];
  return answerBatch(composeBatch(questions, nonce), reply) ?? expect.fail("no batch");
}

const seeds = Array.from({ length: rounds(2000) }, (_, index) => index + 1);

describe("answers that were sent together", () => {
  it("are each exactly what was printed, whatever that was", () => {
    for (const seed of seeds) {
      const wanted = answers(randomNumbers(seed));
      expect(readBatch(sent(wanted), nonce, wanted.length), `seed ${seed}`).toEqual(wanted);
    }
  });

  it("are an error where one is not whole, wherever and on whichever stream it was cut", () => {
    for (const seed of seeds) {
      const below = randomNumbers(seed);
      const wanted = answers(below);
      const whole = sent(wanted);
      const stream = below(2) === 0 ? "stdout" : "stderr";
      const cut = { ...whole, [stream]: whole[stream].slice(0, below(whole[stream].length)) };
      expect(() => readBatch(cut, nonce, wanted.length), `seed ${seed}`).toThrow(
        expect.objectContaining({ code: "probe/incomplete", remedy: expect.stringContaining("login shell") }),
      );
    }
  });

  it("count how many of them arrived whole, with the last lines of what was said", () => {
    const said = ["a", "b", "c", "d", "e", "f"].join("\n");
    const { stdout } = sent([answer("1"), answer("2"), answer("3")]);
    const cut = stdout.slice(0, stdout.indexOf(`${nonce} end 1`));
    let thrown: DroverError | undefined;
    try {
      readBatch({ code: 255, stdout: cut, stderr: `${sent([answer("1")]).stderr}${said}` }, nonce, 3);
    } catch (error) {
      thrown = error as DroverError;
    }
    expect(thrown).toMatchObject({ message: "only 1 of 3 answers arrived whole", details: ["b", "c", "d", "e", "f"] });
  });

  const mark = (words: string): string => `\n${nonce} ${words}\n`;

  it.each<[string, string, Result]>([
    [
      "again after it was cut: the second counts",
      `${mark("begin 0")}half${mark("begin 0")}whole${mark("end 0 3")}`,
      answer("whole", 3),
    ],
    [
      "again after it was whole: the second counts",
      `${mark("begin 0")}1${mark("end 0 0")}${mark("begin 0")}2${mark("end 0 0")}`,
      answer("2"),
    ],
    ["cut for good, which round says by its end", `${mark("begin 0")}half${mark("end 0 124")}`, answer("half", 124)],
    [
      "with the end of another one inside",
      `${mark("begin 0")}a${mark("end 1 0")}b${mark("end 0 0")}`,
      answer(`a${mark("end 1 0")}b`),
    ],
    [
      "with a mark of no meaning inside",
      `${mark("begin 0")}a${mark("end 0")}b${mark("end 0 0")}`,
      answer(`a${mark("end 0")}b`),
    ],
    ["without a byte between its marks", `\n${nonce} begin 0\n${nonce} end 0 0\n`, answer("")],
    ["after what a login shell prints", `Welcome${mark("end 0 9")}${mark("begin 0")}x${mark("end 0 0")}`, answer("x")],
  ])("may come %s", (_, stream, wanted) => {
    const silent = `${mark("begin 0")}${mark("end 0 0")}`;
    expect(readBatch({ code: 0, stdout: stream, stderr: silent }, nonce, 1)).toEqual([wanted]);
  });

  it("are not whole where one was asked again and that was cut: the first is not taken for it", () => {
    const stream = `${mark("begin 0")}1${mark("end 0 0")}${mark("begin 0")}hal`;
    expect(() => readBatch({ code: 0, stdout: stream, stderr: stream }, nonce, 1)).toThrow(/only 0 of 1/);
  });

  it("are none of another script's: its nonce is another", () => {
    expect(() => readBatch(sent([answer("x")]), other, 1)).toThrow(/only 0 of 1/);
  });

  it("are none where nothing was asked", () => {
    expect(readBatch(answer("anything", 1), nonce, 0)).toEqual([]);
  });
});
