import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { fileReason } from "../../src/cli/file-reason.ts";
import { testFolder } from "../test-folder.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("reason");
});

/** Why this file cannot be read. */
function why(path: string): string {
  try {
    readFileSync(path);
  } catch (thrown) {
    return fileReason(thrown);
  }
  return "it can be read";
}

describe("the reason why a file cannot be used", () => {
  it("is in words that need no manual of the kernel", () => {
    writeFileSync(join(dir, "file"), "");
    symlinkSync("loop", join(dir, "loop"));
    expect(["absent", "no/folder", ".", "file/below", "loop", "file"].map((name) => why(join(dir, name)))).toEqual([
      "there is no such file or folder",
      "there is no such file or folder",
      "it is a folder",
      "it lies below a file",
      "it is a link to itself",
      "it can be read",
    ]);
  });

  it.each(["EACCES", "EPERM", "EROFS", "ENOSPC"])("never shows the bare name of %s", (code) => {
    const said = fileReason(Object.assign(new Error(`${code}: open '/x'`), { code }));
    expect(said).toMatch(/^[a-z -]+$/);
  });

  it("is what was thrown where it is something else", () => {
    expect(fileReason(Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" }))).toBe("EIO: i/o error, read");
    expect(fileReason(new Error("it is too large"))).toBe("it is too large");
    expect(fileReason("text")).toBe("text");
    expect(fileReason(undefined)).toBe("undefined");
  });
});
