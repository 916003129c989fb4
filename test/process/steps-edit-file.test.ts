import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Action } from "../../src/core/step.ts";
import { backupPath, pathOf } from "../../src/steps/files/backup.ts";
import { editFile } from "../../src/steps/files/edit-file.ts";
import { fileProbe } from "../../src/steps/files/file-probe.ts";
import { fileResult } from "../cases/case-files.ts";
import { testFolder } from "../test-folder.ts";

function ask(path: string) {
  const probe = fileProbe(path);
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", probe.sh.text], { encoding: "utf8" });
  return probe.parse({ code: status ?? 1, stdout, stderr });
}

function present(text: string) {
  return { kind: "present", text, mode: 0o644, owner: "0:0", realPath: "/etc/x" } as const;
}

/** Runs the backup for real, in a folder that stands for the machine's root. */
function backUp(root: string, path: string): readonly string[] {
  const [run] = editFile({ summary: "x", path, file: { kind: "absent" }, after: "new" }).actions;
  const text = run.kind === "run" ? run.sh.text : "exit 9";
  const input = text.replaceAll("/var/lib/drover", `${root}/var/lib/drover`).replaceAll("/etc/", `${root}/etc/`);
  expect(spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  return readdirSync(join(root, "var/lib/drover/backup"));
}

describe("asking for a file", () => {
  const folder = testFolder("file");

  it("brings every byte, mode, owner and real place", () => {
    const path = join(folder, "a file");
    writeFileSync(path, "\ttabs\r\nand no end", { mode: 0o640 });
    spawnSync("ln", ["-s", path, join(folder, "link")]);
    const owner = `${process.getuid?.()}:${process.getgid?.()}`;
    expect(ask(join(folder, "link"))).toMatchObject({ text: "\ttabs\r\nand no end", mode: 0o640, owner });
    expect(ask(join(folder, "link"))).toMatchObject({ realPath: ask(path).kind === "present" ? path : "" });
  });

  it("tells an empty file, none, a folder and one in another encoding apart", () => {
    writeFileSync(join(folder, "empty"), "");
    writeFileSync(join(folder, "latin1"), Buffer.from([0x66, 0xfc, 0x72, 0x0a]));
    writeFileSync(join(folder, "nul"), "a\0b");
    expect(ask(join(folder, "empty"))).toMatchObject({ kind: "present", text: "" });
    expect(ask(join(folder, "none"))).toEqual({ kind: "absent" });
    expect(ask(folder)).toEqual({ kind: "unreadable", why: "it is not a regular file" });
    expect(ask(join(folder, "latin1"))).toMatchObject({ kind: "unreadable", why: "it holds bytes that are not UTF-8" });
    expect(ask(join(folder, "nul"))).toMatchObject({ kind: "unreadable", why: "it holds NUL bytes" });
  });

  it.each([
    ["shorter than it says", { ...fileResult("whole text", "/etc/x"), stdout: "10 644 0:0\n/etc/x\nwhole" }],
    ["longer than it says", { ...fileResult("a", "/etc/x"), stdout: "1 644 0:0\n/etc/x\nab" }],
    ["without a head", { code: 0, stdout: "127.0.0.1 localhost\n", stderr: "" }],
    ["with a relative path", { code: 0, stdout: "0 644 0:0\netc/x\n", stderr: "" }],
    ["absent, yet with text", { code: 44, stdout: "x", stderr: "" }],
    ["of a missing program", { code: 127, stdout: "", stderr: "" }],
  ])("does not believe an answer that is %s", (_, answer) => {
    expect(fileProbe("/etc/x").parse(answer).kind).toBe("unreadable");
  });
});

describe("an edit of a file", () => {
  it("is tried, marked, backed up, written and followed up, in this order", () => {
    const step = (name: string): Action => ({ kind: "reboot", because: name });
    const edit = { summary: "x", path: "/etc/x", file: present("old"), after: "new" };
    const { actions } = editFile({ ...edit, beforehand: [step("try"), step("mark")], afterwards: [step("then")] });
    expect(actions.map((action) => (action.kind === "reboot" ? action.because : action.kind))).toEqual([
      "try",
      "mark",
      "run",
      "write",
      "then",
    ]);
  });

  it("keeps mode, owner and place of what was there", () => {
    const file = { ...present("old"), mode: 0o600, owner: "0:999", realPath: "/srv/real" };
    const write = editFile({ summary: "x", path: "/etc/x", file, after: "new" }).actions[1];
    expect(write).toEqual({ kind: "write", path: "/srv/real", content: "new", mode: 0o600, owner: "0:999" });
  });

  it("gives a new file to root, readable for all", () => {
    const write = editFile({ summary: "x", path: "/etc/x", file: { kind: "absent" }, after: "new" }).actions[1];
    expect(write).toMatchObject({ mode: 0o644, owner: "root:root" });
  });

  it("keeps the first original for ever, and leaves no half copy", () => {
    const root = testFolder("backup");
    mkdirSync(join(root, "etc"), { recursive: true });
    mkdirSync(join(root, "var/lib"), { recursive: true });
    writeFileSync(join(root, "etc/x"), "the first", { mode: 0o600 });
    backUp(root, "/etc/x");
    writeFileSync(join(root, "etc/x"), "the second");
    const names = backUp(root, "/etc/x");
    expect(names).toEqual(["%2Fetc%2Fx"]);
    expect(readFileSync(join(root, "var/lib/drover/backup/%2Fetc%2Fx"), "utf8")).toBe("the first");
    expect(statSync(join(root, "var/lib/drover/backup")).mode & 0o777).toBe(0o700);
  });

  it("remembers that there was no original, also after ours is there", () => {
    const root = testFolder("backup");
    mkdirSync(join(root, "var/lib"), { recursive: true });
    backUp(root, "/etc/deep/er/x");
    expect(existsSync(join(root, "etc/deep/er"))).toBe(true);
    writeFileSync(join(root, "etc/deep/er/x"), "ours");
    expect(backUp(root, "/etc/deep/er/x")).toEqual(["%2Fetc%2Fdeep%2Fer%2Fx%absent"]);
  });

  it("names backups so that no two files share one", () => {
    expect(backupPath("/etc/a/b")).toBe("/var/lib/drover/backup/%2Fetc%2Fa%2Fb");
    expect(backupPath("/etc/a%2Fb")).not.toBe(backupPath("/etc/a/b"));
    for (const path of ["/etc/a/b", "/etc/a%2Fb", "/etc/a%25", "/etc/x%absent", "/etc/x.absent"]) {
      expect(pathOf(backupPath(path).slice("/var/lib/drover/backup/".length))).toBe(path);
    }
  });

  it.each(["etc", "%2F", "%2Fetc%", "%2Fa%absent", "%2Fa/b", "..", "%2Fa\n", ""])(
    "finds no path in the name %j",
    (name) => {
      expect(pathOf(name)).toBeUndefined();
    },
  );
});
