import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import type { Action, Decision } from "../../src/core/step.ts";
import { fileProbe } from "../../src/steps/files/file-probe.ts";
import { type Case, cases, decideOn, fileResult } from "./case-files.ts";
import { stepsById } from "./steps.ts";

function actionsOf(decision: Decision): readonly Action[] {
  return decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
}

function speaksOf(action: Action, expected: string): boolean {
  const [kind, ...rest] = expected.split(" ");
  const part = rest.join(" ");
  if (action.kind === "write") return kind === "write" && action.path === part;
  return action.kind === "run" && kind === "run" && action.sh.text.includes(part);
}

/** The named actions are among the performed ones, in this order. */
function expectInOrder(actions: readonly Action[], expected: readonly string[]): void {
  let from = 0;
  for (const one of expected) {
    const found = actions.findIndex((action, index) => index >= from && speaksOf(action, one));
    expect(found, `${one} among ${actions.map((action) => action.kind)}`).toBeGreaterThanOrEqual(from);
    from = found + 1;
  }
}

function expectWords(one: Case, decision: Decision): void {
  const wanted = one.decision;
  if (decision.kind === "change") {
    expect(decision.changes.map((change) => change.summary)).toEqual(wanted.summaries);
    expect(decision.changes.find((change) => change.disrupts)?.disrupts).toBe(wanted.disrupts);
  }
  if (decision.kind === "blocked") {
    expect(decision.because).toContain(wanted.because ?? "no reason in the case");
    expect(decision.remedy).toContain(wanted.remedy ?? "");
    expect(decision.code).toBe(wanted.code);
  }
  if (decision.kind === "later") expect(decision.after).toBe(wanted.after);
}

/** The host after the changes: files hold what was written, all else answers as a host does that is well. */
function afterChanges(one: Case, decision: Decision): Case["results"] {
  const questions = Object.entries(one.step.probes(one.host));
  const files = questions.flatMap(([name, probe]) => {
    const write = actionsOf(decision).findLast(
      (action) => action.kind === "write" && fileProbe(action.path).sh.text === probe.sh.text,
    );
    if (write?.kind === "write") return [[name, fileResult(write.content, write.path)] as const];
    const asked = one.results[name];
    const told = Object.hasOwn(one.afterwards ?? {}, name);
    return probe.sh.text.startsWith("f=") && asked !== undefined && !told ? [[name, asked] as const] : [];
  });
  return { ...one.healed, ...Object.fromEntries(files) };
}

/** What a host answers of a file that must not be written back: a folder, one that is shut, cut, too large or no text. */
function notWhole(path: string): readonly Result[] {
  const whole = fileResult("a line\n", path);
  return [
    { code: 45, stdout: "", stderr: "" },
    { code: 1, stdout: "", stderr: "Permission denied" },
    { ...whole, stdout: whole.stdout.slice(0, -3) },
    { ...whole, stdout: whole.stdout.replace(/^\d+/, "9000000") },
    fileResult("a\0line\n", path),
    fileResult("caf\uFFFD\n", path),
  ];
}

describe("each case", () => {
  it("belongs to a step that has a healthy one and others", () => {
    for (const id of Object.keys(stepsById)) {
      expect(cases.filter((one) => one.step.id === id).length, id).toBeGreaterThan(2);
      expect(cases.some((one) => one.name === `${id}: healthy` && one.decision.kind === "ok")).toBe(true);
    }
  });

  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const decision = decideOn(one.step, one.host, one.results);
    expect(decision).toMatchObject({ kind: one.decision.kind });
    expectWords(one, decision);
    expectInOrder(actionsOf(decision), one.actions ?? []);
    const write = actionsOf(decision).find((action) => action.kind === "write");
    if (one.content !== undefined) expect(write?.kind === "write" ? write.content : undefined).toBe(one.content);
  });

  const changing = cases.filter((one) => one.decision.kind === "change");

  it.each(changing.map((one) => [one.name, one] as const))("%s: done, there is nothing more to do", (_, one) => {
    const decision = decideOn(one.step, one.host, one.results);
    expect(decideOn(one.step, one.host, afterChanges(one, decision))).toEqual({ kind: "ok" });
  });

  it.each(changing.map((one) => [one.name, one] as const))("%s: writes no file that it cannot read whole", (_, one) => {
    const questions = Object.entries(one.step.probes(one.host));
    const writes = actionsOf(decideOn(one.step, one.host, one.results)).filter(({ kind }) => kind === "write");
    for (const path of writes.map((action) => (action.kind === "write" ? action.path : ""))) {
      const [asked] = questions.find(([, probe]) => probe.sh.text === fileProbe(path).sh.text) ?? [];
      const answers = asked === undefined ? [] : notWhole(path);
      const decisions = answers.map((answer) =>
        decideOn(one.step, one.host, { ...one.results, [asked ?? ""]: answer }),
      );
      const written = decisions.flatMap(actionsOf).filter((action) => action.kind === "write" && action.path === path);
      expect(written, path).toEqual([]);
    }
  });

  it.each(changing.map((one) => [one.name, one] as const))("%s: what is shown is what is written", (_, one) => {
    const decision = decideOn(one.step, one.host, one.results);
    for (const change of decision.kind === "change" ? decision.changes : []) {
      const write = change.actions.find((action) => action.kind === "write");
      expect(change.after).toBe(write?.kind === "write" ? write.content : undefined);
      expect(change.summary).not.toMatch(/\.$|^[a-z]+ed /);
      const backup = change.actions.findIndex((action) => action.kind === "run" && action.sh.text.includes("backup"));
      if (write !== undefined) expect(backup, "a backup before it").toBeLessThan(change.actions.indexOf(write));
      if (write !== undefined) expect(backup, "a backup at all").toBeGreaterThanOrEqual(0);
    }
  });
});
