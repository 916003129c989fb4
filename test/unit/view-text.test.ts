import { describe, expect, test } from "vitest";
import { inColumns, inOneLine, printable, printableLines } from "../../src/core/printable.ts";
import { about, duration, elapsed } from "../../src/view/duration.ts";
import { jsonLine } from "../../src/view/json-line.ts";
import { paint } from "../../src/view/paint.ts";
import { renderSummary } from "../../src/view/summary.ts";
import { createTally } from "../../src/view/tally.ts";
import { wrap } from "../../src/view/wrap.ts";
import { at } from "./support/view-support.ts";

describe("durations", () => {
  test.each([
    [0, "0.0 s"],
    [-5, "0.0 s"],
    [Number.NaN, "0.0 s"],
    [640, "0.6 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [45_400, "45 s"],
    [59_600, "1 min"],
    [84_000, "1 min 24 s"],
    [3_599_700, "1 h"],
    [3_900_000, "1 h 5 min"],
  ])("%d ms are said as %s", (ms, said) => {
    expect(duration(ms)).toBe(said);
  });

  test.each([
    [2_000, "a few seconds"],
    [41_000, "about 40 s"],
    [58_000, "about 1 min"],
    [125_000, "about 2 min"],
    [4_000_000, "about 1 h 7 min"],
  ])("a guess of %d ms is no finer than guesses are: %s", (ms, said) => {
    expect(about(ms)).toBe(said);
  });

  test("what still runs is counted in whole seconds", () => {
    expect([elapsed(900), elapsed(9_999), elapsed(61_900)]).toEqual(["0 s", "9 s", "1 min 1 s"]);
  });
});

describe("text from hosts", () => {
  test.each([
    ["an escape sequence that clears the screen", "\u001b[2Jgone", "\\x1b[2Jgone"],
    ["a title change with a bell", "\u001b]0;evil\u0007", "\\x1b]0;evil\\x07"],
    ["a one-byte CSI of C1", "\u009b31m", "\\x9b31m"],
    ["a carriage return that overwrites the line", "ok\rfailed", "ok\\x0dfailed"],
    ["a direction override", "safe\u202egnp.exe", "safe\\u202egnp.exe"],
    ["an invisible character", "h\u200b1", "h\\u200b1"],
    ["an invisible tag", "a\u{e0041}b", "a\\u{e0041}b"],
    ["half a character", "a\ud800b", "a\\ud800b"],
    ["a newline", "one\ntwo", "one\\x0atwo"],
    ["a line separator", "one\u2028two", "one\\u2028two"],
  ])("%s is shown, not obeyed", (_, hostile, shown) => {
    expect(printable(hostile)).toBe(shown);
  });

  test("colour codes of tools go without a trace, and so does the carriage return at the end", () => {
    expect(printable("\u001b[1;31mError\u001b[0m: no\r")).toBe("Error: no");
  });

  test("letters of any language, tabs and emoji stay as they are", () => {
    expect(printable("Grüße\t世界 مرحبا 🚀")).toBe("Grüße\t世界 مرحبا 🚀");
  });

  test("lines are kept apart, and the final newline makes no line", () => {
    expect(printableLines("a\r\nb\u0007\n")).toEqual(["a", "b\\x07"]);
  });

  test("in a sentence it is one line, without colours and controls, and not endlessly long", () => {
    expect(inOneLine("a\n\u001b[31mb\u202e\0c\u2028")).toBe("a b c");
    expect(inOneLine("two  blanks stay\t\r\n")).toBe("two  blanks stay");
    expect(inOneLine("x".repeat(200))).toBe("x".repeat(200));
    expect(inOneLine("x".repeat(500))).toBe(`${"x".repeat(199)}…`);
  });

  test("in columns every character keeps its place, so that a mark below it points at it", () => {
    const line = "a:\tb\u001b[2Jc\u202ed";
    expect(inColumns(line)).toBe("a:→b\ufffd[2Jc\ufffdd");
    expect(inColumns(line)).toHaveLength(line.length);
  });

  test("a line of JSON reads back exactly and holds nothing a terminal obeys", () => {
    const value = { text: "\u001b[2J\u009b\u202e\u{e0041}\u2028\u007fé\n" };
    const line = jsonLine(value);
    expect(JSON.parse(line)).toEqual(value);
    expect(line.slice(0, -1)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}]*$/u);
    expect(line.endsWith("}\n")).toBe(true);
  });
});

describe("prose", () => {
  test("is broken at blanks and hangs under its beginning", () => {
    expect(wrap("one two three four five six seven", { width: 24, first: "  - " })).toEqual([
      "  - one two three four",
      "    five six seven",
    ]);
  });

  test("never breaks a word, so that a path can be copied", () => {
    const path = "/a/very/long/path/that/is/longer/than/the/terminal";
    expect(wrap(`see ${path} there`, { width: 20, first: "" })).toEqual(["see", path, "there"]);
  });

  test("without words is still one line", () => {
    expect(wrap("", { width: 80, first: "- " })).toEqual(["-"]);
  });
});

test("paint without colour leaves every text alone; with colour it does so whatever the process's own terminal is", () => {
  expect(Object.values(paint(false)).map((color) => color("x"))).toEqual(["x", "x", "x", "x", "x", "x"]);
  expect(paint(true).red("x")).toBe("\u001b[31mx\u001b[39m");
  expect(paint(true).red("")).toBe("");
});

describe("the last line of a run", () => {
  test.each([
    ["nothing-to-do", 0, 3, "Nothing to do: 3 hosts are as the inventory says (0.6 s)."],
    ["nothing-to-do", 0, 1, "Nothing to do: 1 host is as the inventory says (0.6 s)."],
    ["changed", 12, 3, "12 changes on 3 hosts in 0.6 s."],
    ["pending", 1, 1, "1 change ahead; nothing was changed (0.6 s)."],
    ["pending", 0, 3, "Not all is as it should be; nothing was changed (0.6 s)."],
    ["done", 0, 3, "Done in 0.6 s."],
  ] as const)("for %s with %d changes on %d hosts", (outcome, changes, hosts, line) => {
    const names = ["h1", "h2", "h3"].slice(0, hosts);
    expect(renderSummary({ outcome, changes, unfinished: 0, hosts: names, tookMs: 640 })).toBe(line);
  });

  test("says after a failure what was done and that it stays", () => {
    const run = { hosts: ["h1", "h2", "h3"], unfinished: 0, tookMs: 84_000 };
    const rest = "What is done stays done: the same command goes on from there.";
    expect(renderSummary({ ...run, outcome: "failed", changes: 5 })).toBe(
      `Failed after 1 min 24 s; 5 changes were made before. ${rest}`,
    );
    expect(renderSummary({ ...run, outcome: "cancelled", changes: 0 })).toBe(
      "Cancelled after 1 min 24 s; nothing was changed.",
    );
  });

  test.each([
    [0, 1, "1 change was begun and not finished."],
    [0, 3, "3 changes were begun and not finished."],
    [1, 1, "1 change was made before, 1 change was begun and not finished. What is done stays done"],
    [4, 2, "4 changes were made before, 2 changes were begun and not finished. What is done stays done"],
  ])("never says that nothing was changed by %d whole and %d broken changes", (changes, unfinished, words) => {
    for (const outcome of ["failed", "cancelled"] as const) {
      const line = renderSummary({ outcome, changes, unfinished, hosts: ["h1", "h2", "h3"], tookMs: 1000 });
      expect(line).toContain(`after 1.0 s; ${words}`);
      expect(line).not.toContain("nothing was changed");
    }
  });
});

describe("the tally of a run", () => {
  const finished = (outcome: "changed" | "failed" | "nothing-to-do", changes: number) =>
    at(9, { kind: "run-finished", run: "r", outcome, changes, tookMs: 9000 });
  const tallied = () => {
    const tally = createTally();
    tally.on(at(0, { kind: "run-started", run: "r", command: "up", cluster: "demo", hosts: ["h1", "h2", "h3"] }));
    return tally;
  };
  const change = (host: string) =>
    at(1, { kind: "change-finished", host, step: "a/b", summary: "", tookMs: 1 } as const);

  test("names the hosts that were changed, not all", () => {
    const tally = tallied();
    for (const host of ["h1", "h1", "h2"]) expect(tally.on(change(host))).toBeUndefined();
    expect(tally.on(finished("changed", 3))).toBe("3 changes on 2 hosts in 9.0 s.");
  });

  test.each([
    [["h1", "control", "h2"], "3 changes on 2 hosts and this machine in 9.0 s."],
    [["h1", "control", "h1"], "3 changes on 1 host and this machine in 9.0 s."],
    [["control", "control", "control"], "3 changes on this machine in 9.0 s."],
  ])("does not take the machine that Drover runs on for one of the hosts: %s", (changed, line) => {
    const tally = tallied();
    for (const host of changed) tally.on(change(host));
    expect(tally.on(finished("changed", 3))).toBe(line);
  });

  test("knows what was done before a failure, also if the failed run does not say", () => {
    const tally = tallied();
    tally.on(change("h1"));
    expect(tally.on(finished("failed", 0))).toContain("1 change was made before");
  });

  test("counts a change that broke in the middle, and not one that came to its end", () => {
    const begun = (host: string) => at(1, { kind: "change-started", host, step: "a/b", summary: "" } as const);
    const tally = tallied();
    for (const event of [begun("h1"), begun("h2"), change("h1")]) expect(tally.on(event)).toBeUndefined();
    expect(tally.on(finished("failed", 0))).toContain("1 change was made before, 1 change was begun and not finished");
    const whole = tallied();
    for (const event of [begun("h1"), change("h1")]) whole.on(event);
    expect(whole.on(finished("changed", 1))).toBe("1 change on 1 host in 9.0 s.");
  });

  test("names all hosts if there was nothing to do", () => {
    expect(tallied().on(finished("nothing-to-do", 0))).toContain("3 hosts are as the inventory says");
  });
});
