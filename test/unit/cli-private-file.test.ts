import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { mayReplace, writePrivately } from "../../src/cli/private-file.ts";
import { writeArchive, writeReport } from "../../src/cli/write-report.ts";
import { reportMark } from "../../src/view/report/page.ts";
import { testFolder } from "../test-folder.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = testFolder("private");
  path = join(dir, "file");
});
const modeOf = (file: string) => statSync(file).mode & 0o777;

describe("a file for the operator alone", () => {
  it.each<[string, string | Uint8Array]>([
    ["text", "größe\n"],
    ["nothing", ""],
    ["bytes", Buffer.from([0, 255, 10, 13])],
    ["much", Buffer.alloc(3_000_000, "x")],
  ])("holds %s exactly, and no other file is left beside it", (_, content) => {
    writePrivately(path, content);
    expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it.each([0o000, 0o022, 0o077, 0o277])(
    "may be read by nobody else and written by the operator under umask %o",
    (mask) => {
      const before = process.umask(mask);
      try {
        writePrivately(path, "x");
      } finally {
        process.umask(before);
      }
      expect(modeOf(path)).toBe(0o600);
    },
  );

  it("takes the place of another, whatever that one's mode, and of a link, which leads nowhere then", () => {
    writeFileSync(path, "old", { mode: 0o644 });
    chmodSync(path, 0o644);
    writePrivately(path, "new");
    expect([modeOf(path), readFileSync(path, "utf8")]).toEqual([0o600, "new"]);
    symlinkSync("file", join(dir, "link"));
    writePrivately(join(dir, "link"), "linked");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readFileSync(join(dir, "link"), "utf8")).toBe("linked");
  });

  it("does not write through what somebody laid in its way", () => {
    const victim = join(dir, "victim");
    writeFileSync(victim, "mine");
    symlinkSync(victim, `${path}.${process.pid}.new`);
    writePrivately(path, "new");
    expect(readFileSync(victim, "utf8")).toBe("mine");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("leaves all as it was where it cannot take its place", () => {
    mkdirSync(join(path, "sub"), { recursive: true });
    expect(() => writePrivately(path, "new")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(dir)).toEqual(["file"]);
    expect(() => writePrivately(join(dir, "none", "file"), "new")).toThrow("ENOENT");
  });
});

describe("what is there may be written over", () => {
  const marked = 'before "the-mark" after';
  it.each<[string, () => void, boolean]>([
    ["where nothing is there", () => undefined, true],
    ["where it is empty", () => writeFileSync(path, ""), true],
    ["where it bears the mark", () => writeFileSync(path, marked), true],
    ["but not where it does not", () => writeFileSync(path, 'before "the-mar'), false],
    ["but not where it is a folder", () => mkdirSync(path), false],
    ["where it is a link to what bears the mark", () => link(marked), true],
    ["but not where it is a link to what does not", () => link("mine"), false],
  ])("%s", (_, make, may) => {
    make();
    expect(mayReplace(path, '"the-mark"')).toBe(may);
  });

  it("but not where it is no plain file, though nothing is in it", () => {
    expect(mayReplace("/dev/null", '"the-mark"')).toBe(false);
  });

  function link(text: string): void {
    writeFileSync(join(dir, "target"), text);
    symlinkSync("target", path);
  }
});

describe("a report and an archive", () => {
  const page = `<html>${reportMark}</html>`;

  it("are written for the operator alone, a report again and again", () => {
    writeReport(path, page);
    writeReport(path, `${page} again`);
    expect([modeOf(path), readFileSync(path, "utf8")]).toEqual([0o600, `${page} again`]);
    writeArchive(join(dir, "a.tar.gz"), Buffer.from([31, 139]));
    expect([modeOf(join(dir, "a.tar.gz")), readFileSync(join(dir, "a.tar.gz")).length]).toEqual([0o600, 2]);
  });

  it("a report never takes the place of something else", () => {
    writeFileSync(path, "mine");
    expect(() => writeReport(path, page)).toThrow(
      expect.objectContaining({
        code: "report/unwritable",
        message: `${path} is there and is no report of Drover's`,
        remedy: "Name another file with --output, or move that one away.",
      }),
    );
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  it.each<[string, (file: string) => void]>([
    ["report", (file) => writeReport(file, page)],
    ["archive", (file) => writeArchive(file, Buffer.from("x"))],
  ])("a %s that cannot be written is told with the reason", (what, write) => {
    const file = join(dir, "none", "x");
    expect(() => write(file)).toThrow(
      expect.objectContaining({
        code: "report/unwritable",
        message: `the ${what} ${file} cannot be written: there is no such file or folder`,
      }),
    );
    expect(existsSync(join(dir, "none"))).toBe(false);
  });
});
