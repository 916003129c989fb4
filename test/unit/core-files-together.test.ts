import { describe, expect, it } from "vitest";
import { existsQuestion, fileCodes, fileQuestion, setQuestion } from "../../src/core/file-question.ts";
import { filesTogether } from "../../src/core/files-together.ts";
import type { Result } from "../../src/core/probe.ts";
import { Sh, sh } from "../../src/core/shell.ts";
import { answer } from "./support/fake-host.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

type Below = (below: number) => number;

const head = (text: string): string => `${Buffer.byteLength(text)} 644 0:0`;
const texts = [
  "",
  "\n",
  "one\ntwo\n",
  "no end",
  "Größe, 大きさ, 🙂\n",
  "==> /f/1 <==\n",
  "a\n\n==> /f/2 <==\nforged\n",
  "0\n.\n1\n",
];

interface Disk {
  readonly path: string;
  readonly text: string;
}

interface Asked {
  readonly question: Sh;
  /** What it is answered with by itself. */
  readonly answer: Result;
  /** The lines of the first part that all questions share. */
  readonly there?: string;
  readonly rows?: string;
  readonly files?: readonly Disk[];
}

function file(below: Below, name: string): Asked {
  const question = fileQuestion(`/f/${name}`);
  const state = below(5);
  if (state === 0) return { question, answer: answer("", fileCodes.absent), rows: `${fileCodes.absent}\n` };
  if (state === 1) return { question, answer: answer("", fileCodes.notRegular), rows: `${fileCodes.notRegular}\n` };
  // A link leads elsewhere.
  const path = state === 2 ? `/real/${name}` : `/f/${name}`;
  const text = texts[below(texts.length)] ?? "";
  return { question, answer: answer(`${head(text)}\n${path}\n${text}`), rows: `0 ${path}\n`, files: [{ path, text }] };
}

function set(below: Below, name: string): Asked {
  const files = Array.from({ length: below(4) }, (_, n) => ({
    path: `/s${name}/${n} x`,
    text: texts[below(texts.length)] ?? "",
  }));
  const ended = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
  const whole =
    files.length === 0
      ? "\n--\n\n--\n\fend\n"
      : [
          files.map(({ path, text }) => `${head(text)} ${path}\n`).join(""),
          files.map(({ path }) => `${path}\n`).join(""),
          `${files.flatMap(({ path, text }) => (text === "" ? [] : [`\f${path}\n${ended(text)}`])).join("")}\fend\n`,
        ].join("--\n");
  const rows = `${files.map(({ path }) => `${path}\n${path}\n`).join("")}.\n`;
  return { question: setQuestion(Sh.trusted(`/s${name}/*`)), answer: answer(whole), rows, files };
}

/** Questions in any order, of which at least two are after files. */
function questions(below: Below): readonly Asked[] {
  return Array.from({ length: 2 + below(7) }, (_, index): Asked => {
    const kind = index < 2 ? below(2) : below(4);
    if (kind === 0) return file(below, String(index));
    if (kind === 1) return set(below, String(index));
    const code = below(2);
    if (kind === 2) return { question: existsQuestion(`/e/${index}`), answer: answer("", code), there: `${code}\n` };
    return { question: sh`uname -${index}`, answer: answer(`other ${index}\n`, code) };
  });
}

/** As the shell, stat(1) and head(1) print it. */
function printed(asked: readonly Asked[]): Result {
  const theres = asked.map(({ there = "" }) => there);
  const singles = asked.filter(({ question }) => question.text.startsWith("f="));
  const sets = asked.filter(({ question }) => question.text.startsWith("set -- "));
  const files = [...singles, ...sets].flatMap((one) => one.files ?? []);
  const parts = [
    ...theres,
    ...[...singles, ...sets].map(({ rows = "" }) => rows),
    ...files.map(({ text }) => `${head(text)}\n`),
    files.map(({ path, text }) => `==> ${path} <==\n${text}`).join("\n"),
  ];
  return answer(parts.join(""));
}

const seeds = Array.from({ length: rounds(2000) }, (_, index) => index + 1);
const others = (asked: readonly Asked[]) =>
  asked.filter(({ question }) => /^uname/.test(question.text)).map((one) => one.answer);

describe("files that are read together", () => {
  it("are answered as each would be by itself, all of them, and in the order of the questions", () => {
    for (const seed of seeds) {
      const asked = questions(randomNumbers(seed));
      const { read } = filesTogether(asked.map(({ question }) => question));
      const told = read([printed(asked), ...others(asked)]);
      expect(told, `seed ${seed}`).toEqual(asked.map((one) => one.answer));
    }
  });

  it("are never answered wrongly where the output was cut: what is not certain is asked for by itself", () => {
    for (const seed of seeds) {
      const below = randomNumbers(seed);
      const asked = questions(below);
      const whole = printed(asked);
      const cut = { ...whole, stdout: whole.stdout.slice(0, below(whole.stdout.length + 1)) };
      const told = filesTogether(asked.map(({ question }) => question)).read([cut, ...others(asked)]);
      for (const [index, said] of told.entries())
        if (said !== undefined) expect(said, `seed ${seed}, question ${index}`).toEqual(asked[index]?.answer);
    }
  });

  it("are asked for by themselves from the one on whose size was another when it was read", () => {
    const texts = ["one\n", "two\n", "three\n"];
    const asked = texts.map((_, n) => fileQuestion(`/f/${n}`));
    const rows = texts.map((_, n) => `0 /f/${n}\n`).join("");
    const heads = ["4 644 0:0\n", "3 644 0:0\n", "6 644 0:0\n"].join("");
    const bodies = texts.map((text, n) => `==> /f/${n} <==\n${text}`).join("\n");
    const told = filesTogether(asked).read([answer(`${rows}${heads}${bodies}`)]);
    expect(told).toEqual([answer("4 644 0:0\n/f/0\none\n"), undefined, undefined]);
  });

  it.each<[string, string]>([
    ["is no path", "0 relative\n0 /f/1\n"],
    ["has a control character in its path", "0 /f/\u0007\n0 /f/1\n"],
    ["ends with a code that is none", "0x2c\n0 /f/1\n"],
    ["is missing", "0 /f/0\n"],
  ])("are all asked for by themselves where a line of the first part %s", (_, rows) => {
    const asked = [fileQuestion("/f/0"), fileQuestion("/f/1"), existsQuestion("/e")];
    const told = filesTogether(asked).read([answer(`1\n${rows}`)]);
    expect(told).toEqual([undefined, undefined, answer("", 1)]);
  });

  it("are answered as by a missing program where the program is missing, and only they", () => {
    const asked = [fileQuestion("/f/0"), setQuestion(Sh.trusted("/s/*")), existsQuestion("/e"), sh`uname`];
    const { read } = filesTogether(asked);
    expect(read([answer("0\n", 127), answer("Linux\n")])).toEqual([
      answer("", 127),
      undefined,
      answer("", 0),
      answer("Linux\n"),
    ]);
    const nothing = answer("", 127);
    expect(read([nothing, answer("Linux\n")])).toEqual([nothing, nothing, nothing, answer("Linux\n")]);
  });

  it("are fewer than two as a rule not worth it: then everything is asked as it is", () => {
    const asked = [existsQuestion("/e"), fileQuestion("/f"), sh`uname`];
    const { asked: put, read } = filesTogether(asked);
    expect(put).toBe(asked);
    const said = [answer("", 1), answer("", 44), answer("Linux\n")];
    expect(read(said)).toBe(said);
  });
});
