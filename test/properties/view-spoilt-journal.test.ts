import { describe, expect, it } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { printable } from "../../src/core/printable.ts";
import { renderError } from "../../src/view/error.ts";
import { estimates, noEstimate } from "../../src/view/estimate.ts";
import { frame } from "../../src/view/frame.ts";
import { createJson } from "../../src/view/json.ts";
import { lineOf } from "../../src/view/line-text.ts";
import { follow, openStage } from "../../src/view/live-stage.ts";
import { paint } from "../../src/view/paint.ts";
import { parseJournal } from "../../src/view/read-journal.ts";
import { renderReport } from "../../src/view/report/page.ts";
import { runRecord } from "../../src/view/run-record.ts";
import { renderRuns } from "../../src/view/runs.ts";
import { hostsIn, selectEvents } from "../../src/view/select-events.ts";
import { stageResult } from "../../src/view/stage-result.ts";
import { reportData } from "../unit/support/report-world.ts";
import { failedRun, journalText } from "../unit/support/run-events.ts";
import { at, escapes } from "../unit/support/view-support.ts";

/** One event of every kind, with every field that it may have. */
const every: readonly Stamped[] = [
  ...failedRun.slice(0, -1),
  at(1, { kind: "host-connected", host: "a", tookMs: 1 }),
  at(1, { kind: "stages-ahead", stages: ["docker"], pending: ["docker"] }),
  at(2, { kind: "host-finished", host: "a", stage: "docker", changes: 1 }),
  at(2, { kind: "step-decided", host: "a", step: "a/b", title: "T", decision: { kind: "change", summaries: ["s"] } }),
  at(2, { kind: "change-started", host: "a", step: "a/b", summary: "s" }),
  at(2, { kind: "progress", host: "a", step: "a/b", phase: "p", fraction: 0.5 }),
  at(2, { kind: "step-proven", host: "a", step: "a/b" }),
  at(3, {
    kind: "check-found",
    check: "os/swap",
    severity: "warning",
    verdict: "found",
    hosts: ["a"],
    evidence: "e",
    fix: "f",
    skipped: false,
    fixedByUp: "os/swap-off",
  }),
  at(3, { kind: "proof-made", proof: "dns", about: "b", result: "ok", detail: "d" }),
  at(3, { kind: "stage-finished", stage: "docker", changed: 1, tookMs: 7 }),
  at(4, { kind: "run-finished", run: "r1", outcome: "failed", changes: 0, tookMs: 10_000 }),
];

/** Everything that is ever shown of a journal's events. */
function shownOf(events: readonly Stamped[]): string {
  const said: string[] = [];
  const stage = openStage({ kind: "stage-started", stage: "docker", title: "Docker", hosts: ["a", "b"], at: 0 });
  for (const event of events) follow(stage, event);
  const options = { columns: 60, rows: 12, now: 0, estimate: estimates([events]), paint: paint(false) };
  said.push(...frame(stage, options), ...stageResult(stage, { width: 60, endsRun: false }).lines);
  createJson({ write: (text) => said.push(text.trim()) }).on(events[0] ?? every[0] ?? expect.fail());
  const wording = { verbose: true, isCheck: true, estimate: noEstimate, titleOf: (id: string) => id };
  for (const event of events) said.push(printable(lineOf(event, wording)?.host ?? ""));
  const failures = events.flatMap((event) => (event.kind === "failed" ? [event.failure] : []));
  said.push(renderError(failures, { color: false, width: 80, journal: undefined }));
  const record = runRecord(events);
  const records = record === undefined ? [] : [record];
  said.push(renderRuns(records, { color: false, width: 80, when: String }));
  said.push(renderReport(reportData({ runs: records }), ""));
  for (const host of hostsIn(events))
    said.push(`${host.length} ${selectEvents(events, { host, failed: true }).length}`);
  return said.join("\n");
}

/** The same event with something else in one place, at any depth. */
function spoilt(value: object, by: unknown): readonly object[] {
  return Object.entries(value).flatMap(([name, inner]) => [
    { ...value, [name]: by },
    ...(typeof inner === "object" && !Array.isArray(inner)
      ? spoilt(inner, by).map((broken) => ({ ...value, [name]: broken }))
      : []),
  ]);
}

describe("a journal with something else in the place of a field", () => {
  it.each([null, true, 7.5, "x\u001b[2J", [], [1], {}, { length: 3 }, -1e300].map((by) => [by]))(
    "is shown as far as it can be, in every form: %j",
    (by) => {
      const all = every.flatMap((event, index) => spoilt(event, by).map((broken) => ({ index, broken })));
      for (const { index, broken } of all) {
        const text = journalText(every.with(index, broken as Stamped));
        const shown = () => shownOf(parseJournal(text));
        expect(shown, JSON.stringify(broken)).not.toThrow();
        expect(shown()).not.toMatch(escapes);
      }
    },
  );

  it("gives every event as it was where nothing is wrong", () => {
    expect(parseJournal(journalText(every))).toEqual(every);
  });

  it.each(["host", "step"])("keeps a failure without a %s, and none with a number there", (name) => {
    const failed = every.find((event) => event.kind === "failed");
    const failure = failed?.kind === "failed" ? failed.failure : expect.fail();
    const having = (value: unknown) =>
      parseJournal(journalText([{ ...failed, failure: { ...failure, [name]: value } } as Stamped])).length;
    expect([having("x"), having(undefined), having(7), having(null)]).toEqual([1, 1, 0, 0]);
  });
});
