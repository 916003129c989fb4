import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { quote, sh } from "../../src/core/shell.ts";

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

describe("in dash", () => {
  it.each(hostile)("quote gives back %j as one word", (word) => {
    const done = spawnSync("/bin/sh", ["-s"], { input: `printf '%s' ${quote(word)}`, encoding: "utf8" });
    expect(done.stdout).toBe(word);
  });

  it("the sh tag gives every hostile word to the command as one argument", () => {
    const done = spawnSync("/bin/sh", ["-s"], { input: sh`printf '%s\0' ${hostile}`.text, encoding: "utf8" });
    expect(done.stdout.split("\0").slice(0, -1)).toEqual(hostile);
  });
});
