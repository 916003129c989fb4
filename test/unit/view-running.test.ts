import { describe, expect, it } from "vitest";
import type { Event } from "../../src/core/events.ts";
import type { StepId } from "../../src/core/step.ts";
import { createRunning, phaseOf, type RunningTable } from "../../src/view/running.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";
import { at, noon } from "./support/view-support.ts";

const connecting = (host: string): Event => ({ kind: "host-connecting", host, address: `${host}.test` });
const connected = (host: string): Event => ({ kind: "host-connected", host, tookMs: 9 });
const begun = (host: string, step: StepId): Event => ({ kind: "change-started", host, step, summary: `${step} is so` });
const ended = (host: string, step: StepId): Event => ({
  ...{ kind: "change-finished", host, step, summary: `${step} is so`, tookMs: 9 },
});
const progress = (host: string, step: StepId, phase: string, fraction?: number): Event => ({
  ...{ kind: "progress", host, step, phase },
  ...(fraction === undefined ? {} : { fraction }),
});
const output = (host: string, step: StepId, line: string): Event => ({
  ...{ kind: "output", host, step, stream: "stdout", line },
});
const failed = (place: { readonly host?: string; readonly step?: string }): Event => ({
  kind: "failed",
  failure: { code: "step/action-failed", message: "no", remedy: "do", details: [], ...place },
});
const stageOver: Event = { kind: "stage-finished", stage: "docker", changed: 1, tookMs: 9 };
const runOver: Event = { kind: "run-finished", run: "r", outcome: "failed", changes: 0, tookMs: 9 };

/** The table after these events, one a second. */
function tableAfter(...events: readonly Event[]): RunningTable {
  const running = createRunning();
  for (const [index, event] of events.entries()) running.on(at(index, event));
  return running;
}

/** `host step`, with the phase and the newest line of output where there are any. */
const shown = (table: RunningTable): readonly string[] =>
  table.all().map((one) => [one.host, one.step, phaseOf(one), one.last].filter((part) => part !== undefined).join(" "));

describe("what runs", () => {
  it.each<[string, readonly Event[], readonly string[]]>([
    ["nothing before anything began", [output("a", "x/a", "line"), progress("a", "x/a", "p"), ended("a", "x/a")], []],
    ["a connection", [connecting("a")], ["a connecting"]],
    ["nothing once it is there", [connecting("a"), connected("a")], []],
    ["a step in place of the connection before it", [connecting("a"), begun("a", "x/a")], ["a x/a"]],
    ["in the order in which it began", [begun("b", "x/a"), begun("a", "x/a")], ["b x/a", "a x/a"]],
    ["several steps on one host", [begun("a", "x/a"), begun("a", "x/b")], ["a x/a", "a x/b"]],
    [
      "a step once, from its last beginning",
      [begun("a", "x/a"), begun("a", "x/b"), begun("a", "x/a")],
      ["a x/b", "a x/a"],
    ],
    ["without what ended", [begun("a", "x/a"), begun("a", "x/b"), ended("a", "x/a")], ["a x/b"]],
    ["on other hosts on and on", [begun("a", "x/a"), begun("b", "x/a"), ended("a", "x/a")], ["b x/a"]],
    [
      "with the phase and the line of its own step",
      [begun("a", "x/a"), begun("a", "x/b"), progress("a", "x/a", "pulling", 0.5), output("a", "x/b", "two")],
      ["a x/a pulling (50 %)", "a x/b two"],
    ],
    [
      "with the newest of them",
      [
        begun("a", "x/a"),
        progress("a", "x/a", "one", 0.9),
        progress("a", "x/a", "two"),
        output("a", "x/a", "l1"),
        output("a", "x/a", "l2"),
      ],
      ["a x/a two l2"],
    ],
    [
      "while its host is connected to again, and what it said before that is old",
      [
        begun("a", "x/a"),
        begun("b", "x/a"),
        progress("a", "x/a", "pulling", 0.5),
        output("a", "x/a", "l"),
        connecting("a"),
      ],
      ["a x/a connecting again", "b x/a"],
    ],
    ["as before once that is done", [begun("a", "x/a"), connecting("a"), connected("a")], ["a x/a"]],
    [
      "not where its step failed, but its host's other steps",
      [begun("a", "x/a"), begun("a", "x/b"), failed({ host: "a", step: "x/a" })],
      ["a x/b"],
    ],
    [
      "not where its host failed",
      [begun("a", "x/a"), begun("a", "x/b"), begun("b", "x/a"), failed({ host: "a" })],
      ["b x/a"],
    ],
    [
      "also where something failed that is no host's",
      [begun("a", "x/a"), failed({}), failed({ step: "x/a" })],
      ["a x/a"],
    ],
    ["not beyond its stage", [connecting("b"), begun("a", "x/a"), stageOver], []],
    ["not beyond the run", [connecting("b"), begun("a", "x/a"), runOver], []],
  ])("is told: %s", (_, events, expected) => {
    expect(shown(tableAfter(...events))).toEqual(expected);
  });

  it("is found by its host, the newest first, or by its step", () => {
    const table = tableAfter(begun("a", "x/a"), begun("a", "x/b"), begun("b", "x/c"));
    expect([table.get("a")?.step, table.get("a", "x/a")?.step, table.get("a", "x/c"), table.get("c")]).toEqual([
      ...["x/b", "x/a", undefined, undefined],
    ]);
    expect(table.get("a", "x/a")).toMatchObject({ since: noon, summary: "x/a is so" });
    expect(tableAfter(begun("a", "x/a"), begun("a", "x/a")).get("a")?.since).toBe(noon + 1000);
    expect(tableAfter(connecting("a")).get("a")?.summary).toBe("to a.test");
  });

  it("is on each host either a connection alone or each step once, whatever happens", () => {
    const below = randomNumbers(23);
    for (let round = 0; round < rounds(80); round += 1) {
      const table = createRunning();
      for (let index = 0; index < 30; index += 1) {
        const host = "abc"[below(3)] ?? "a";
        const step: StepId = `x/${"ab"[below(2)] ?? "a"}`;
        const events = [
          ...[connecting(host), connected(host), begun(host, step), begun(host, step), ended(host, step)],
          ...[progress(host, step, "p"), output(host, step, "l"), failed({ host, step }), failed({ host }), stageOver],
        ];
        const event = events[below(events.length)] ?? stageOver;
        table.on(at(index, event));
        const all = table.all();
        const keys = all.map((one) => `${one.host} ${one.step}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const one of all) {
          if (one.step === "connecting") expect(keys.filter((key) => key.startsWith(`${one.host} `))).toHaveLength(1);
        }
        expect(all.map(({ since }) => since)).toEqual(all.map(({ since }) => since).toSorted((a, b) => a - b));
      }
    }
  });
});

describe("how far something is", () => {
  it.each([
    [{}, undefined],
    [{ fraction: 0.5 }, undefined],
    [{ phase: "Starting" }, "Starting"],
    [{ phase: "Starting", fraction: 0 }, "Starting (0 %)"],
    [{ phase: "Starting", fraction: 0.404 }, "Starting (40 %)"],
    [{ phase: "Starting", fraction: 0.996 }, "Starting (100 %)"],
    [{ phase: "Starting", fraction: 1.7 }, "Starting (100 %)"],
    [{ phase: "Starting", fraction: -3 }, "Starting (0 %)"],
  ])("%j is said as %s", (phase, said) => expect(phaseOf(phase)).toBe(said));
});
