import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import { existsQuestion, fileQuestion, printLines, setQuestion } from "../../src/core/file-question.ts";
import { filesTogether } from "../../src/core/files-together.ts";
import type { Result } from "../../src/core/probe.ts";
import { Sh, sh } from "../../src/core/shell.ts";
import { askQuestions } from "../../src/run/ask-questions.ts";
import { fileProbe } from "../../src/steps/files/file-probe.ts";
import { testFolder } from "../test-folder.ts";

let folder = "";
let scripts: string[] = [];
beforeEach(() => {
  folder = testFolder("files");
  scripts = [];
  mkdirSync(join(folder, "bin"));
});

const at = (name: string) => join(folder, name);
const nonce = "0123456789abcdef";

function run(script: string): Result {
  scripts.push(script);
  const env = { PATH: `${at("bin")}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], {
    input: script,
    encoding: "utf8",
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status ?? -1, stdout, stderr };
}

/** As a host is asked. */
const ask = (questions: readonly Sh[]) =>
  askQuestions(questions, { lanes: 1, nonce: () => nonce, exec: async (script) => run(script) });

/** Each question by itself, whatever can be asked together. */
const singly = (questions: readonly Sh[]) =>
  readBatch(run(composeBatch(questions, nonce)), nonce, questions.length).map(({ code, stdout }) => ({ code, stdout }));

function program(name: string, body: string): void {
  writeFileSync(at(`bin/${name}`), `#!/bin/sh\necho ${name} >>${at("calls")}\n${body}\n`);
  chmodSync(at(`bin/${name}`), 0o755);
}

/** Files of which head(1)'s output as text tells where each ends. */
const texts: Readonly<Record<string, string>> = {
  plain: "one\ntwo\n",
  empty: "",
  "no end": "one\ntwo",
  "only ends": "\n\n\n",
  über: "Größe, 大きさ, 🙂\n",
  "it's": "a quoted name\n",
  long: `${"x".repeat(99)}\n`.repeat(2000),
};

describe("questions after files", () => {
  it("are answered as each by itself would be, and in order, by two programs for all of them", async () => {
    for (const [name, text] of Object.entries(texts)) writeFileSync(at(name), text, { mode: 0o640 });
    writeFileSync(at("forged"), `a\n\n==> ${at("plain")} <==\nforged\n\n==> ${at("forged")} <==\n`);
    mkdirSync(at("a folder"));
    symlinkSync(at("plain"), at("link"));
    symlinkSync("/nowhere/file", at("dangling"));
    const names = [...Object.keys(texts), "forged", "absent", "link", "dangling", "a folder", "plain"];
    const questions = names.flatMap((name) => [fileQuestion(at(name)), sh`echo after ${name}; exit 3`]);
    const wanted = singly(questions);
    for (const name of ["stat", "head"]) program(name, `exec /usr/bin/${name} "$@"`);
    scripts = [];
    expect(await ask(questions)).toMatchObject(wanted);
    expect(scripts).toHaveLength(1);
    expect(run(`cat ${at("calls")}`).stdout).toBe("stat\nhead\n");
    expect(fileProbe(at("link")).parse(wanted[names.indexOf("link") * 2] as Result)).toMatchObject({
      text: texts["plain"],
      mode: 0o640,
      realPath: at("plain"),
    });
  });

  it("take those with them that only ask whether there is something, and need no shell of their own", async () => {
    writeFileSync(at("a"), "a\n");
    writeFileSync(at("b"), "0\n1\n");
    symlinkSync("/nowhere/file", at("dangling"));
    const questions = [
      existsQuestion(at("b")),
      fileQuestion(at("b")),
      existsQuestion(at("none")),
      sh`[ -e ${at("a")} ] || echo more than that`,
      existsQuestion(at("it's")),
      existsQuestion(at("dangling")),
      fileQuestion(at("a")),
      existsQuestion(folder),
    ];
    const wanted = singly(questions);
    expect(wanted.map(({ code }) => code)).toEqual([0, 0, 1, 0, 1, 1, 0, 0]);
    expect(await ask(questions)).toMatchObject(wanted);
    // A name that has to be quoted is asked for by itself.
    expect(filesTogether(questions).asked.slice(1)).toEqual([questions[3], questions[4]]);
  });

  it("take sets of files with them, which are answered as each by itself would be", async () => {
    for (const name of ["etc", "lib", "lib/x.d"]) mkdirSync(at(name));
    symlinkSync("../lib/x.d", at("etc/x.d"));
    const set = { "lib/x.d/a b.conf": "a\n", "lib/x.d/empty.conf": "", "lib/x.d/no end.conf": "1\n\n--\n\fend\n2" };
    for (const [name, text] of Object.entries(set)) writeFileSync(at(name), text, { mode: 0o604 });
    writeFileSync(at("other"), "==> other <==\n");
    symlinkSync("../../other", at("lib/x.d/link.conf"));
    symlinkSync("/dev/null", at("lib/x.d/masked.conf"));
    symlinkSync("/nowhere", at("lib/x.d/dangling.conf"));
    const matching = (name: string) => Sh.trusted(`${folder}/${name}`);
    const questions = [
      setQuestion(sh`${matching("etc/x.d/*.conf")} ${matching("lib/x.d/a*")}`),
      fileQuestion(at("other")),
      sh`echo between`,
      setQuestion(sh`$(grep -ls nothing ${matching("lib/x.d/*.conf")})`),
      fileQuestion(at("none")),
      setQuestion(sh`${matching("lib/x.d/*.conf")}`),
    ];
    const wanted = singly(questions);
    expect(wanted[0]?.stdout.match(/^\d+ \d+ \d+:\d+ .*$/gm)).toHaveLength(6);
    for (const name of ["stat", "head", "awk"]) program(name, `exec /usr/bin/${name} "$@"`);
    scripts = [];
    expect(await ask(questions)).toMatchObject(wanted);
    expect([scripts.length, run(`cat ${at("calls")}`).stdout]).toEqual([1, "stat\nhead\n"]);
  });

  it("leave a set to itself that holds what is no text, and what comes after it", async () => {
    writeFileSync(at("a"), "a\n");
    writeFileSync(at("b"), Buffer.from([0x61, 0xe9, 0x0a]));
    const questions = [
      fileQuestion(at("a")),
      setQuestion(sh`${at("a")} ${at("b")}`),
      setQuestion(sh`${at("a")}`),
      existsQuestion(at("b")),
    ];
    expect(await ask(questions)).toMatchObject(singly(questions));
    const [, second = ""] = scripts;
    expect(second.match(/^ask /gm)).toHaveLength(2);
  });

  it("never take half a set for one", () => {
    const { read } = filesTogether([setQuestion(sh`/x/*`), fileQuestion("/a"), setQuestion(sh`/y/*`)]);
    const whole =
      "0 /a\n/x/1\n/x/1\n/x/2\n/r/2\n.\n.\n2 644 0:0\n2 644 0:0\n1 600 1:1\n==> /a <==\na\n\n==> /x/1 <==\nb\n\n==> /r/2 <==\nc";
    const told = (stdout: string, code = 0) => read([{ code, stdout, stderr: "" }]).map((answer) => answer?.stdout);
    const none = "\n--\n\n--\n\fend\n";
    const first = "2 644 0:0 /x/1\n1 600 1:1 /x/2\n--\n/x/1\n/r/2\n--\n\f/x/1\nb\n\f/x/2\nc\n\fend\n";
    expect(told(whole)).toEqual([first, "2 644 0:0\n/a\na\n", none]);
    for (let length = 0; length < whole.length; length += 1) expect(told(whole.slice(0, length))[0]).toBeUndefined();
    expect(told(whole.replace("/r/2\n.", "\n."))).toEqual([undefined, undefined, undefined]);
    expect(told(whole.replace("1 600", "2 600"))[0]).toBeUndefined();
    expect(told(`${whole}d`)[0]).toBeUndefined();
    expect(told(whole, 127)).toEqual([undefined, "", undefined]);
  });

  it("are not put twice where nothing runs at all", () => {
    const all = [existsQuestion("/x"), fileQuestion("/a"), setQuestion(sh`/x/*`), fileQuestion("/b"), sh`id`];
    const nothing = { code: 127, stdout: "", stderr: "" };
    expect(filesTogether(all).read([nothing, nothing])).toEqual(all.map(() => nothing));
  });

  it("of which half an answer is there tell nothing of what is behind it", () => {
    const { asked, read } = filesTogether([
      existsQuestion("/x"),
      existsQuestion("/y"),
      ...["/a", "/b"].map(fileQuestion),
    ]);
    expect(asked).toHaveLength(1);
    const codes = (stdout: string) => read([{ code: 0, stdout, stderr: "" }]).map((answer) => answer?.code);
    expect(codes("0\n1\n44\n44\n")).toEqual([0, 1, 44, 44]);
    expect(codes("0\n1\n44\n")).toEqual([0, 1, undefined, undefined]);
    for (const half of ["", "0", "0\n", "0\n1", "2\n1\n44\n44\n", "0\n\n44\n44\n"]) {
      expect(codes(half)).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  it.each([
    ["bytes that are no UTF-8", Buffer.from("caf\xe9\n", "latin1"), "it holds bytes that are not UTF-8"],
    [
      "more than 4 MiB",
      Buffer.alloc(4 * 1024 * 1024 + 1, "x"),
      "it is larger than 4 MiB, and no file that anybody wrote",
    ],
  ])("are put by themselves from the first on that holds %s", async (_what, bytes, why) => {
    writeFileSync(at("first"), "first\n");
    writeFileSync(at("odd"), bytes);
    writeFileSync(at("last"), "last\n");
    const questions = ["first", "odd", "last"].map((name) => fileQuestion(at(name)));
    const answers = await ask(questions);
    expect(answers).toMatchObject(singly(questions));
    expect(fileProbe(at("odd")).parse(answers[1] as Result)).toEqual({ kind: "unreadable", why });
    const [, second = ""] = scripts;
    expect([second.includes("first"), second.includes("odd"), second.includes("last")]).toEqual([false, true, true]);
  });

  it("are put by themselves where head(1) takes one file only", async () => {
    program("head", '[ "$1" != -v ] || exit 1\nexec /usr/bin/head "$@"');
    for (const name of ["a", "b"]) writeFileSync(at(name), `${name}\n`);
    const questions = ["a", "absent", "b"].map((name) => fileQuestion(at(name)));
    const answers = await ask(questions);
    expect(answers).toMatchObject(singly(questions));
    expect(answers.map(({ code }) => code)).toEqual([0, 44, 0]);
  });

  it("are not put twice where there is no stat(1)", async () => {
    program("stat", "exit 127");
    writeFileSync(at("a"), "a\n");
    const answers = await ask([fileQuestion(at("a")), sh`echo other`, fileQuestion(at("b"))]);
    expect(answers.map(({ code }) => code)).toEqual([127, 0, 127]);
    expect(scripts).toHaveLength(1);
  });

  it("of which there is one stay as they are, and so do all others", () => {
    const questions = [sh`echo one`, fileQuestion("/etc/fstab"), sh`f=/etc/fstab; echo "$f"`];
    expect(filesTogether(questions).asked).toEqual(questions);
  });

  it("are never answered by half an answer, nor by one that lies about lengths", () => {
    const { read } = filesTogether(["/a", "/b"].map(fileQuestion));
    const whole = "0 /a\n0 /b\n2 644 0:0\n3 600 1:1\n==> /a <==\na\n\n==> /b <==\nbb\n";
    const told = (stdout: string, code = 0) => read([{ code, stdout, stderr: "" }]).map((answer) => answer?.stdout);
    const [first, second] = ["2 644 0:0\n/a\na\n", "3 600 1:1\n/b\nbb\n"];
    expect(told(whole)).toEqual([first, second]);
    for (let length = 0; length < whole.length; length += 1) {
      const half = told(whole.slice(0, length), 124);
      expect([first, undefined]).toContain(half[0]);
      expect(half[1]).toBeUndefined();
    }
    expect(told(whole.replace("2 644", "3 644"))).toEqual([undefined, undefined]);
    expect(told(whole.replace("3 600", "2 600"))).toEqual([first, undefined]);
    expect(told(`${whole}more`)).toEqual([first, undefined]);
    expect(told(whole.replace("0 /b", "0"))).toEqual([undefined, undefined]);
    expect(told(whole.replace("0 /b", "44"))).toEqual([undefined, ""]);
    expect(told(whole.replace("<==\na", "<==\n\uFFFD"))).toEqual([undefined, undefined]);
    expect(read([])).toEqual([undefined, undefined]);
  });
});

describe("a text that the shell prints by itself", () => {
  it.each(["", "\n", "one\n", "one\n\n two \\n\t\n", "no end", "a\n\nno end"])("is the file's, ended: %j", (text) => {
    writeFileSync(at("it's"), text);
    const { code, stdout } = run(printLines(at("it's")).text);
    expect([code, stdout]).toEqual([0, text === "" || text.endsWith("\n") ? text : `${text}\n`]);
  });

  it("fails where the file is not there", () => {
    expect(run(printLines(at("none")).text).code).not.toBe(0);
  });

  it.each(["/proc/sys/kernel/hostname", "/proc/swaps", "/proc/1/comm", "/proc/sys/kernel/osrelease"])(
    "is the kernel's: %s",
    (path) => {
      expect(run(printLines(path).text).stdout).toBe(run(`cat ${path}`).stdout);
    },
  );
});
