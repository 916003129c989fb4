import { describe, expect, it } from "vitest";
import { inColumns, inOneLine, printable, printableLines } from "../../src/core/printable.ts";

/** All that a terminal may obey or hide, by Unicode's own classes. */
const harmful = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const pieces = [
  "plain",
  " ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\u0000",
  "\u001b[31m",
  "\u001b[0;1m",
  "\u001b[2J",
  "\u001b]0;title\u0007",
  "\u001b",
  "\u009b31m",
  "\u007f",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
  "\u2028",
  "\u{e0041}",
  "\ud83d",
  "\ude00",
  "\ud83d\ude00",
  "日本語",
  "e\u0301",
];

/** A few hundred texts of such pieces, the same ones in each run, of up to 400 characters. */
function* texts(): Generator<string> {
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  for (const piece of pieces) yield piece;
  for (let count = 0; count < 400; count += 1)
    yield Array.from({ length: next(80) }, () => pieces[next(pieces.length)] ?? "").join("");
}

describe("text of a host, whatever is in it", () => {
  it("is one harmless line, in which tabs alone stay", () => {
    for (const text of texts()) expect(printable(text).replaceAll("\t", "")).not.toMatch(harmful);
  });

  it("is the same when it is made harmless twice", () => {
    for (const text of texts()) expect(printable(printable(text))).toBe(printable(text));
  });

  it("loses nothing but colours: each harmful character can be told from what stands for it", () => {
    expect(printable("a\u0000b\u009b\u202e\u{e0041}\ud83d")).toBe("a\\x00b\\x9b\\u202e\\u{e0041}\\ud83d");
    expect(printable("\u001b[1;31mred\u001b[0m \u001b[2J")).toBe("red \\x1b[2J");
    expect(printable("日本語 😀 e\u0301")).toBe("日本語 😀 e\u0301");
  });

  it("has as many lines as it had, each harmless", () => {
    for (const text of texts()) {
      const lines = printableLines(text);
      expect(lines).toHaveLength(text.replace(/\r?\n$/, "").split("\n").length);
      for (const line of lines) expect(line.replaceAll("\t", "")).not.toMatch(harmful);
    }
    expect(printableLines("one\r\ntwo\r\n")).toEqual(["one", "two"]);
    expect(printableLines("one\n\n")).toEqual(["one", ""]);
  });

  it("keeps every character's column in a diff", () => {
    for (const text of texts()) {
      expect([...inColumns(text)]).toHaveLength([...text].length);
      expect(inColumns(text)).not.toMatch(harmful);
    }
  });

  it("fits into a sentence: one line, harmless, without blanks around it, 200 characters at most", () => {
    for (const text of texts()) {
      const line = inOneLine(text);
      expect(line).not.toMatch(harmful);
      expect(line.length).toBeLessThanOrEqual(200);
      expect(line).toBe(line.trim());
    }
  });

  it("is not cut in the middle of a character", () => {
    for (let before = 195; before <= 200; before += 1) {
      const line = inOneLine(`${"x".repeat(before)}😀😀`);
      expect(line.isWellFormed(), String(before)).toBe(true);
      expect(line.startsWith("x".repeat(195))).toBe(true);
    }
    expect(inOneLine("x".repeat(200))).toBe("x".repeat(200));
    expect(inOneLine("x".repeat(201))).toBe(`${"x".repeat(199)}…`);
  });
});
