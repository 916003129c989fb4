import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import type { Action, Decision } from "../../src/core/step.ts";
import { type Case, cases, decideOn } from "../cases/case-files.ts";
import { testFolder } from "../test-folder.ts";
import { someOf } from "../unit/support/thoroughness.ts";

const root = process.getuid?.() === 0;
const box = testFolder("hostile");
chmodSync(box, 0o777);
const canary = join(box, "canary");

/** Words that do something as soon as a shell sees them unquoted. `:>` needs no program. */
const payloads = [
  `$(:>${canary})`,
  `\`:>${canary}\``,
  `';:>${canary};'`,
  `";:>${canary};"`,
  `\n:>${canary}\n`,
  `|:>${canary}`,
];

const nasty: readonly string[] = [
  "",
  "\n",
  "\0",
  "\f\f\f",
  "\u001b[2J\u001b[31mred",
  "\uFFFD".repeat(10),
  "x".repeat(100_000),
  '{"__proto__":{"a":1},"insecure-registries":7,"log-opts":[]}',
  "99999999999999999999 644 0:0\n/etc/fstab\n",
  "-1\n-1 -1\n",
  ...payloads,
];

function variants(answer: Result): readonly Result[] {
  const bodies = nasty.flatMap((text) => [text, text + answer.stdout, answer.stdout + text]);
  const woven = payloads.flatMap((text) => [
    answer.stdout.replace(/[\w./-]+$/m, text),
    answer.stdout.replace(/(=|:|\|| )[\w./-]+/g, `$1${text}`),
  ]);
  // As a file that is whole: the first line tells the length that the rest has.
  const texts = [...nasty, ...payloads.map((text) => `${text.trim()} none swap sw\n`)];
  const inside = texts.map((text) => `${Buffer.byteLength(text)} 644 0:0\n/etc/x\n${text}`);
  const named = payloads.map((text) => `${answer.stdout.replace(/\n\/.*\n/, `\n/etc/${text}\n`)}`);
  const files = [...inside, ...named];
  const cut = [0.25, 0.5, 0.9].map((part) => answer.stdout.slice(0, Math.floor(answer.stdout.length * part)));
  const whole = [...bodies, ...woven, ...files, ...cut].map((stdout) => ({ code: 0, stdout, stderr: "" }));
  const failed = [1, 2, 44, 45, 124, 127, 137].flatMap((code) => [
    { code, stdout: "", stderr: "/bin/sh: 1: not found\n" },
    { ...answer, code },
  ]);
  return [...whole, ...failed];
}

const known = new Map<Case, readonly Decision[]>();

function decisions(one: Case): readonly Decision[] {
  const found = known.get(one) ?? everyDecision(one);
  known.set(one, found);
  return found;
}

/** Each answer of a case replaced by each nasty one, then all at once. */
function everyDecision(one: Case): readonly Decision[] {
  const names = Object.keys(one.results);
  const single = names.flatMap((name) =>
    variants(one.results[name] ?? { code: 0, stdout: "", stderr: "" }).map((answer) => ({
      ...one.results,
      [name]: answer,
    })),
  );
  const all = [0, 1, 127].map((code) =>
    Object.fromEntries(names.map((name) => [name, { code, stdout: "", stderr: "" }])),
  );
  return [...single, ...all].map((answers) => decideOn(one.step, one.host, answers));
}

function actionsOf(decision: Decision): readonly Action[] {
  return decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
}

function wordsOf(decision: Decision): readonly string[] {
  if (decision.kind === "blocked") return [decision.because, decision.remedy];
  return decision.kind === "change" ? decision.changes.map((change) => change.summary) : [];
}

const byStep = Map.groupBy(cases, (one) => one.step.id);

/** Every different script that any answer can lead to. */
function scriptsOf(some: readonly Case[]): readonly string[] {
  const runs = some.flatMap(decisions).flatMap(actionsOf);
  return [...new Set(runs.flatMap((action) => (action.kind === "run" ? [action.sh.text] : [])))];
}

/** A PATH on which every program does nothing, so that only what the shell itself would do can happen. */
function harmlessPath(): string {
  const bin = join(box, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "true"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  for (const name of ["mkdir", "mv", "cp", "rm", "cat", "systemctl", "swapoff", "modprobe", "gpasswd"]) {
    if (!existsSync(join(bin, name))) symlinkSync("true", join(bin, name));
  }
  return bin;
}

function runHarmlessly(script: string): void {
  const who = root ? { uid: 65534, gid: 65534 } : {};
  spawnSync("/bin/sh", ["-s"], { input: script, cwd: box, env: { PATH: harmlessPath() }, timeout: 10_000, ...who });
}

describe.each([...byStep])("whatever a host answers, %s", (_, all) => {
  const some = someOf(all);

  it("decides without throwing, and says only printable things", () => {
    const said = some.flatMap(decisions).flatMap(wordsOf);
    // One expectation: tens of thousands would take longer than all decisions.
    expect(said.filter((word) => /[\0-\x1f\x7f]/.test(word) || word.length >= 700)).toEqual([]);
  });

  it("writes no file that it could not read, but for its own", () => {
    for (const one of some) {
      const unreadable = Object.fromEntries(
        Object.keys(one.results).map((name): [string, Result] => [name, { code: 1, stdout: "", stderr: "" }]),
      );
      const writes = actionsOf(decideOn(one.step, one.host, unreadable)).filter((action) => action.kind === "write");
      expect(writes).toEqual([]);
    }
  });

  it("makes scripts that a POSIX shell can read", () => {
    for (const script of scriptsOf(some)) {
      const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" });
      expect(`${status} ${stderr}`, script).toBe("0 ");
    }
  });

  it("lets nothing of the answer run in a shell", () => {
    const hostile = scriptsOf(some).filter((script) => script.includes(canary));
    for (const script of hostile) runHarmlessly(script);
    expect(existsSync(canary)).toBe(false);
  });
});

describe("the canary of these tests", () => {
  it("would show an answer that is not quoted", () => {
    runHarmlessly(`echo ${payloads[0]}`);
    expect(existsSync(canary)).toBe(true);
  });

  it("reaches scripts and files: some words of an answer do go into them", () => {
    const swap = cases.filter((one) => one.step.id === "os/swap-off");
    const strange = swap.flatMap(decisions).flatMap(actionsOf);
    expect(strange.some((action) => action.kind === "write" && action.content.includes(canary))).toBe(true);
    expect(strange.some((action) => action.kind === "run" && action.sh.text.includes(canary))).toBe(true);
  });
});
