import { describe, expect, it } from "vitest";
import { control, type Host } from "../../src/core/cluster.ts";
import { type Answers, decide, decideAll, furtherQuestions, questionsOf } from "../../src/core/decide.ts";
import { type Probe, type Result, succeeds, text } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { type AnyStep, changesOrOk, defineStep, ok } from "../../src/core/step.ts";
import { answer } from "./support/fake-host.ts";

const [cheap, other, costly] = [sh`cat /etc/hostname`, sh`uname -r`, sh`apt-cache policy docker.io`];
const host: Host = { ...control, name: "a" };

/** A step that says what it was told of each of its questions. */
function step(id: `t/${string}`, probes: Readonly<Record<string, Probe<unknown>>>): AnyStep {
  return defineStep({
    id,
    title: id,
    probes: () => probes,
    decide: (seen) => ({ kind: "blocked", because: JSON.stringify(seen), remedy: "r" }),
  });
}

const known = (...pairs: readonly (readonly [{ readonly text: string }, Result])[]): Answers =>
  new Map(pairs.map(([question, said]) => [question.text, said]));
const texts = (questions: readonly { readonly text: string }[]) => questions.map((one) => one.text);

/** Asked only where the first answer is `old`. */
const whenOld: Probe<string | undefined> = {
  ...text(costly),
  onlyIf: { sh: cheap, isNeeded: ({ stdout }) => stdout === "old" },
};

describe("the questions of several steps", () => {
  it("are each asked once, in their order, whoever asks them and under whatever name", () => {
    const steps = [step("t/x", { a: text(cheap), b: text(other) }), step("t/y", { c: succeeds(cheap) })];
    expect(texts(questionsOf(steps, host))).toEqual([cheap.text, other.text]);
    expect(questionsOf([], host)).toEqual([]);
  });

  it("are at first not those that another answer must call for, but that other one", () => {
    expect(texts(questionsOf([step("t/x", { rare: whenOld, b: text(other) })], host))).toEqual([
      cheap.text,
      other.text,
    ]);
  });

  it.each<[string, Answers, readonly string[]]>([
    ["calls for it", known([cheap, answer("old")]), [costly.text]],
    ["does not", known([cheap, answer("new")]), []],
    ["is not there", known(), []],
  ])("that depend on one which %s", (_, answers, wanted) => {
    const steps = [step("t/x", { rare: whenOld }), step("t/y", { same: whenOld, plain: text(other) })];
    expect(texts(furtherQuestions(steps, host, answers))).toEqual(wanted);
  });
});

describe("a step's decision", () => {
  const told = (probes: Readonly<Record<string, Probe<unknown>>>, answers: Answers) =>
    decide(step("t/x", probes), host, answers);

  it("is made on its own answers under its own names, and a command that failed is told as such", () => {
    const answers = known([cheap, answer("node-1\n")], [other, answer("half", 1)]);
    const because = JSON.stringify({ name: "node-1\n", ran: false });
    expect(told({ name: text(cheap), kernel: text(other), ran: succeeds(other) }, answers)).toMatchObject({ because });
  });

  it("takes a question that was not called for as one that failed, and one that was for what it is", () => {
    const new_ = known([cheap, answer("new")]);
    expect(told({ rare: whenOld }, new_)).toMatchObject({ because: "{}" });
    const old = known([cheap, answer("old")], [costly, answer("20.10")]);
    expect(told({ rare: whenOld }, old)).toMatchObject({ because: '{"rare":"20.10"}' });
  });

  const bug = { code: "internal/bug", host: "a", step: "t/x", remedy: expect.stringContaining("report it") };

  it("is our defect where a question was never asked, and says which", () => {
    const asked = () => told({ name: text(cheap), kernel: text(other) }, known([cheap, answer("")]));
    expect(asked).toThrow(expect.objectContaining({ ...bug, message: 'the probe "kernel" was not asked' }));
  });

  it.each<[string, unknown, string]>([
    ["an error", new TypeError("x is not a function"), "x is not a function"],
    ["a text", "oops", "oops"],
  ])("is our defect where it throws %s, reading or deciding, and keeps what it was", (_, thrown, message) => {
    const raise = () => {
      throw thrown;
    };
    const reading = step("t/x", { bad: { sh: cheap, parse: raise } });
    const deciding = defineStep({ id: "t/x", title: "x", probes: () => ({ name: text(cheap) }), decide: raise });
    for (const one of [reading, deciding])
      expect(() => decide(one, host, known([cheap, answer("")]))).toThrow(
        expect.objectContaining({ ...bug, message, cause: thrown }),
      );
  });

  it("of several steps comes in their order, each beside its step", () => {
    const steps = [step("t/x", { a: text(cheap) }), step("t/y", {})];
    const decisions = decideAll(steps, host, known([cheap, answer("1")]));
    expect(decisions.map((one) => [one.step.id, one.decision.kind])).toEqual([
      ["t/x", "blocked"],
      ["t/y", "blocked"],
    ]);
  });

  it("has nothing to do where no change is left, and else all of them", () => {
    const run = { kind: "run", sh: cheap, timeoutMs: 1 } as const;
    const [one, two] = ["one", "two"].map((summary) => ({ summary, actions: [run] as const }));
    expect(changesOrOk([])).toBe(ok);
    if (one !== undefined && two !== undefined)
      expect(changesOrOk([one, two])).toEqual({ kind: "change", changes: [one, two] });
  });
});

describe("questions that are the same for every host", () => {
  it("are made once; those that name the host are made for each", () => {
    let made = 0;
    const count = () => {
      made += 1;
      return { name: text(cheap) };
    };
    const shared = defineStep({ id: "t/x", title: "x", probes: () => count(), decide: () => ok });
    const own = defineStep({
      id: "t/y",
      title: "y",
      probes: ({ name }) => ({ ...count(), own: text(sh`cat /${name}`) }),
      decide: () => ok,
    });
    const hosts = ["a", "b", "c"].map((name): Host => ({ ...control, name }));
    for (const one of hosts) questionsOf([shared], one);
    expect(made).toBe(1);
    const asked = hosts.map((one) => texts(questionsOf([own], one)).at(-1));
    expect([made, asked]).toEqual([4, ["cat /a", "cat /b", "cat /c"]]);
  });
});
