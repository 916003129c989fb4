import { describe, expect, it } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { parseJournal } from "../../src/view/read-journal.ts";
import { createReplayClock, replay } from "../../src/view/replay.ts";
import { renderReport } from "../../src/view/report/page.ts";
import { type RunRecord, runRecord } from "../../src/view/run-record.ts";
import { renderRuns } from "../../src/view/runs.ts";
import { hostsIn, selectEvents } from "../../src/view/select-events.ts";
import { reportData } from "./support/report-world.ts";
import { failedRun, journalText } from "./support/run-events.ts";
import { at, escapes, noon } from "./support/view-support.ts";

const shape = { color: false, width: 120, when: () => "2026-11-21 12:00" };

function recordOf(events: readonly Stamped[]): RunRecord {
  return runRecord(events) ?? expect.fail("these are events of a run");
}

describe("the list of runs", () => {
  const record = recordOf(failedRun);

  it("tells of each when, what, how it ended, how long it took and what it changed", () => {
    expect(renderRuns([record, { ...record, id: "r0", outcome: "nothing-to-do", changes: [] }], shape)).toBe(
      [
        "RUN  BEGAN             COMMAND  RESULT         TOOK  CHANGED",
        "r1   2026-11-21 12:00  up       failed         10 s  1 on 1 host",
        "r0   2026-11-21 12:00  up       nothing to do  10 s  nothing",
        "",
      ].join("\n"),
    );
  });

  it("counts the changes of a run that failed or was killed, which has no number of its own", () => {
    const killed = renderRuns([recordOf(failedRun.slice(0, 12))], shape);
    expect(killed).toMatch(/interrupted {2,}9\.0 s {2,}1 on 1 host/);
    expect(renderRuns([recordOf(failedRun.slice(0, 8))], shape)).toMatch(/interrupted .* nothing/);
  });

  it("says how to get one where there is none", () => {
    expect(renderRuns([], shape)).toContain("drover plan");
  });

  it("fits into a narrow terminal, and shows harmlessly what a journal holds", () => {
    const evil = "x\u001b[2J\u202e";
    const text = renderRuns([{ ...record, id: evil, command: evil }], { ...shape, width: 40 });
    expect(text).not.toMatch(escapes);
    expect(text.split("\n").filter((line) => line.length > 40)).toEqual([]);
  });

  it("paints what failed, and nothing without colour", () => {
    expect(renderRuns([record], { ...shape, color: true })).toContain("\u001b[31mr1");
    expect(renderRuns([record], shape)).not.toMatch(escapes);
  });
});

describe("a part of a journal", () => {
  const kinds = (events: readonly Stamped[]) => events.map(({ kind }) => kind);

  it("about one host leaves out all others, and keeps begin and end", () => {
    const events = selectEvents(failedRun, { host: "a" });
    expect(JSON.stringify(events.filter((event) => "host" in event))).not.toContain('"host":"b"');
    expect(kinds(events)).toEqual([
      "run-started",
      "host-connecting",
      "host-asked",
      "stage-started",
      "change-started",
      "output",
      "note",
      "change-finished",
      "run-finished",
    ]);
  });

  it("about what failed keeps what its step had said, and nothing of what went well", () => {
    const events = selectEvents(failedRun, { failed: true });
    expect(kinds(events)).toEqual(["run-started", "change-started", "output", "failed", "run-finished"]);
    expect(JSON.stringify(events)).not.toContain("Setting up");
  });

  it("about what failed on a host where nothing did is only begin and end", () => {
    expect(kinds(selectEvents(failedRun, { failed: true, host: "a" }))).toEqual(["run-started", "run-finished"]);
  });

  it("is all of it if nothing is asked for", () => {
    expect(selectEvents(failedRun, {})).toEqual(failedRun);
    expect(hostsIn(failedRun)).toEqual(["a", "b"]);
  });

  it("keeps a failure without a host out of what concerns one", () => {
    const failure = { code: "internal/bug", message: "m", remedy: "r", details: [] } as const;
    expect(kinds(selectEvents([at(0, { kind: "failed", failure })], { host: "a" }))).toEqual([]);
  });
});

describe("a journal that is read", () => {
  it("gives back every event as it was", () => {
    expect(parseJournal(journalText(failedRun))).toEqual(failedRun);
  });

  it("cut at any character gives the events that are whole, and never throws", () => {
    const text = journalText(failedRun);
    for (let length = 0; length < text.length; length += 37) {
      const events = parseJournal(text.slice(0, length));
      expect(events).toEqual(failedRun.slice(0, events.length));
    }
  });

  it("leaves out every event that lacks a field or has another thing in its place", () => {
    for (const event of failedRun) {
      for (const name of Object.keys(event)) {
        for (const spoilt of [undefined, null, 7.5, [1], { a: 1 }]) {
          const broken = { ...event, [name]: spoilt };
          const [kept] = parseJournal(journalText([broken as Stamped]));
          const record = kept === undefined ? undefined : runRecord([kept]);
          expect(() => renderRuns(record === undefined ? [] : [record], shape)).not.toThrow();
          if (spoilt === undefined && name !== "hosts") expect(kept === undefined || !(name in kept)).toBe(true);
        }
      }
    }
    expect(parseJournal('{"kind":"failed","at":1,"failure":{"code":"x"}}\n{"kind":"failed","at":1}\n')).toEqual([]);
    expect(parseJournal('{"kind":"toString","at":1}\n{"kind":"invented","at":1}\n7\nnull\n[]\n')).toEqual([]);
  });
});

describe("a journal with numbers that nobody meant", () => {
  it.each([0, -1, 0.5, 1e15, 8.64e15, 8.65e15, -8.65e15, 1e300, Number.MAX_SAFE_INTEGER])(
    "such as %d is told, or left out, by the list of runs and by a report",
    (odd) => {
      for (const name of ["at", "tookMs", "changes", "changed", "probes"]) {
        const text = journalText(failedRun.map((event) => (name in event ? { ...event, [name]: odd } : event)));
        const record = runRecord(parseJournal(text));
        const runs = record === undefined ? [] : [record];
        const when = (at: number) => new Date(at).toISOString();
        expect(renderRuns(runs, { ...shape, when })).not.toMatch(/NaN|undefined|Invalid/);
        expect(renderReport(reportData({ runs }), "")).not.toMatch(/NaN|undefined|Invalid|Infinity/);
      }
    },
  );
});

describe("a replay", () => {
  async function played(speed: number, stopping: () => boolean = () => false) {
    const heard: string[] = [];
    const waits: number[] = [];
    const clock = createReplayClock({ stopwatch: () => 0, every: () => () => undefined });
    const view = {
      on: (event: Stamped) => void heard.push(`${event.kind} ${(clock.now() - noon) / 1000}`),
      end: async () => void heard.push("end"),
    };
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    await replay(failedRun, view, clock, { speed, sleep, stopping });
    return { heard, waits };
  }

  it("tells all events in order, at the time of the past, and ends the view", async () => {
    const { heard } = await played(Number.POSITIVE_INFINITY);
    expect(heard).toHaveLength(failedRun.length + 1);
    expect(heard[0]).toBe("run-started 0");
    expect(heard.at(-2)).toBe("run-finished 10");
    expect(heard.at(-1)).toBe("end");
  });

  it("without a pace never waits, and with one as long as the past did, but never longer than a second", async () => {
    expect((await played(Number.POSITIVE_INFINITY)).waits).toEqual([]);
    expect((await played(10)).waits).toEqual([100, 100, 100, 100, 500, 100]);
    expect(Math.max(...(await played(1)).waits)).toBe(1000);
  });

  it("ends when it is asked to, and leaves the terminal in order", async () => {
    let count = 0;
    const { heard } = await played(10, () => ++count > 3);
    expect(heard).toHaveLength(4);
    expect(heard.at(-1)).toBe("end");
  });

  it("is not held up by events whose times go backwards", async () => {
    const waits: number[] = [];
    const clock = createReplayClock({ stopwatch: () => 0, every: () => () => undefined });
    const view = { on: () => undefined, end: () => Promise.resolve() };
    const backwards = failedRun.toReversed();
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    await replay(backwards, view, clock, { speed: 1, sleep, stopping: () => false });
    expect(waits).toEqual([]);
  });
});
