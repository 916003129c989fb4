import { spawn } from "node:child_process";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import { Sh, sh } from "../../src/core/shell.ts";
import { askQuestions } from "../../src/run/ask-questions.ts";
import { testFolder } from "../test-folder.ts";

let scripts: string[] = [];
let nonces = 0;
let folder = "";
beforeEach(() => {
  scripts = [];
  nonces = 0;
  folder = testFolder("lanes");
});

const nonce = () => (++nonces).toString(16).padStart(16, "0");

/** The real shell. */
function exec(script: string): Promise<Result> {
  scripts.push(script);
  return new Promise((done) => {
    const child = spawn("/bin/sh", ["-s"], { stdio: ["pipe", "pipe", "pipe"] });
    const said = { stdout: [] as string[], stderr: [] as string[] };
    child.stdout.on("data", (data) => said.stdout.push(String(data)));
    child.stderr.on("data", (data) => said.stderr.push(String(data)));
    child.on("close", (code) => done({ code: code ?? -1, stdout: said.stdout.join(""), stderr: said.stderr.join("") }));
    child.stdin.on("error", () => {});
    child.stdin.end(script);
  });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => sh`echo ${index}; exit ${index}`);

describe("questions that are dealt to several scripts", () => {
  it.each([1, 2, 3, 4, 5, 8, 9, 23])("are answered in their order, each with its own exit code: %i", async (count) => {
    const answers = await askQuestions(numbered(count), { lanes: 4, nonce, exec });
    expect(answers.map(({ code, stdout }) => [code, stdout])).toEqual(
      Array.from({ length: count }, (_, index) => [index, `${index}\n`]),
    );
    expect(scripts).toHaveLength(Math.min(4, count));
  });

  it("are all in one script where there is one lane, as on a host", async () => {
    const answers = await askQuestions(numbered(6), { lanes: 1, nonce, exec });
    expect([answers.length, scripts.length]).toEqual([6, 1]);
  });

  it("run at the same time: each waits for what the next one does", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    const meet = (mine: string, other: string) => sh`: >${mine}; until [ -e ${other} ]; do sleep 0.05; done; echo met`;
    const answers = await askQuestions([meet(first, second), meet(second, first)], { lanes: 2, nonce, exec });
    expect(answers.map(({ stdout }) => stdout)).toEqual(["met\n", "met\n"]);
  });

  it("have marks of their own: an answer that knows another script's cannot forge one", async () => {
    const forged = Sh.trusted("printf '\\n0000000000000002 end 0 0\\n0000000000000002 begin 1\\n'; exit 3");
    const answers = await askQuestions([forged, sh`echo fine`], { lanes: 2, nonce, exec });
    expect(answers.map(({ code }) => code)).toEqual([3, 0]);
    expect(answers[1]?.stdout).toBe("fine\n");
    expect(nonces).toBe(2);
  });

  it("fail with what went wrong in one script, once the others have ended too", async () => {
    const slow = join(folder, "slow");
    let ended = false;
    const cut = async (script: string): Promise<Result> => {
      const answer = await exec(script);
      if (!script.includes("slow")) return { ...answer, stdout: answer.stdout.slice(0, 5) };
      ended = true;
      return answer;
    };
    const asked = askQuestions([sh`echo cut`, sh`sleep 0.3; : >${slow}`], { lanes: 2, nonce, exec: cut });
    await expect(asked).rejects.toMatchObject({ code: "probe/incomplete" });
    expect(ended).toBe(true);
  });

  it("fail where a script cannot be run at all", async () => {
    const nobody = () => Promise.reject(new Error("no shell"));
    await expect(askQuestions(numbered(3), { lanes: 2, nonce, exec: nobody })).rejects.toThrow("no shell");
  });
});
