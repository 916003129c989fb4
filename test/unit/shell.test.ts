import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { joinSh, quote, Sh, sh } from "../../src/core/shell.ts";

const hostile = [
  "",
  " ",
  "a b",
  "it's",
  "''",
  "'; rm -rf /; '",
  "$(id)",
  "`id`",
  "\\",
  "\n",
  "a\nb",
  "-n",
  "*",
  "~",
  "ünïcödé",
  '"',
  "\t",
  "#",
  "!x",
];

describe("quote", () => {
  it.each(hostile)("gives back %j as one word in dash", (word) => {
    const done = spawnSync("/bin/sh", ["-s"], { input: `printf '%s' ${quote(word)}`, encoding: "utf8" });
    expect(done.stdout).toBe(word);
  });

  it("refuses a NUL byte, which no argument can carry", () => {
    expect(() => quote("a\0b")).toThrow(RangeError);
  });

  it("leaves plain words readable", () => {
    expect(quote("/etc/apt/sources.list")).toBe("/etc/apt/sources.list");
    expect(quote("a=b,c:d@e+f-g_h.i")).toBe("a=b,c:d@e+f-g_h.i");
  });
});

describe("the sh tag", () => {
  it("quotes values, joins arrays as words, and takes Sh as it is", () => {
    expect(sh`cat ${"a b"} ${["c d", "e"]} ${3} ${sh`| sort`}`.text).toBe("cat 'a b' 'c d' e 3 | sort");
  });

  it("takes its text raw, so that printf and awk see their backslashes", () => {
    expect(sh`printf '%s\n' ${"x"}`.text).toBe("printf '%s\\n' x");
  });

  it("gives every hostile word to the command as one argument", () => {
    const done = spawnSync("/bin/sh", ["-s"], { input: sh`printf '%s\0' ${hostile}`.text, encoding: "utf8" });
    expect(done.stdout.split("\0").slice(0, -1)).toEqual(hostile);
  });
});

describe("joinSh", () => {
  it("puts commands one after the other, or glues them", () => {
    expect(joinSh([sh`a`, sh`b`]).text).toBe("a\nb");
    expect(joinSh([Sh.trusted("a"), sh`b`], " && ").text).toBe("a && b");
  });
});
