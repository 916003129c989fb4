import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import { cases, decideOn } from "../cases/case-files.ts";

/** One case per step is enough to get at its questions. */
const steps = cases.filter((one) => one.name.endsWith(": healthy"));
const probes = steps.flatMap(({ step, host }) =>
  Object.entries(step.probes(host)).map(([name, probe]) => ({ name: `${step.id} ${name}`, probe })),
);

/** Words that change a machine. `rm`, `mkdir` and redirections into files never belong into a question. */
const changing =
  /\b(rm|mv|cp|mkdir|touch|tee|install|apt-get(?! -s)|modprobe|swapoff|usermod|gpasswd|chmod|chown) |systemctl (?!show|is-active|is-system-running)|set-hostname|sudo/;

describe("the questions to a host", () => {
  it.each(probes.map((one) => [one.name, one.probe] as const))("%s is POSIX sh", (_, probe) => {
    const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: probe.sh.text, encoding: "utf8" });
    expect(`${status} ${stderr}`).toBe("0 ");
  });

  it.each(probes.map((one) => [one.name, one.probe] as const))("%s only reads", (_, probe) => {
    expect(probe.sh.text).not.toMatch(changing);
    const unquoted = probe.sh.text.replaceAll(/'[^']*'/g, "''");
    const targets = [...unquoted.matchAll(/>+\s*(\S+)/g)].map((match) => match[1]);
    expect(targets.filter((target) => target !== undefined && !/^(\/dev\/null|&1|&2)/.test(target))).toEqual([]);
  });

  it("are each asked once, also where steps share them", () => {
    const texts = probes.map((one) => one.probe.sh.text);
    expect(new Set(texts).size).toBeLessThan(texts.length);
  });

  it("can all be put to this machine in one batch, none is cut for taking too long, and every decision is one", () => {
    const questions = probes.map((one) => one.probe.sh);
    const input = composeBatch(questions, "00000000feedbeef");
    const output = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8", timeout: 280_000 });
    const answers = readBatch(
      { code: 0, stdout: output.stdout, stderr: output.stderr },
      "00000000feedbeef",
      questions.length,
    );
    expect(answers.filter((answer) => answer.code === 124)).toEqual([]);
    let at = 0;
    for (const { step, host } of steps) {
      const names = Object.keys(step.probes(host));
      const mine = Object.fromEntries(
        names.map((name, index) => [name, answers[at + index] ?? { code: 1, stdout: "", stderr: "" }]),
      );
      at += names.length;
      expect(["ok", "change", "later", "blocked"]).toContain(decideOn(step, host, mine).kind);
    }
  });
});
