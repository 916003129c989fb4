import { describe, expect, it } from "vitest";
import type { Event, Stamped } from "../../src/core/events.ts";
import { runRecord } from "../../src/view/run-record.ts";

const begin = 1_700_000_000_000;

/** Events at moments in ms after the run began. */
function journal(...events: readonly (readonly [number, Event])[]): readonly Stamped[] {
  return events.map(([after, event]) => ({ ...event, at: begin + after }));
}

const started: Event = { kind: "run-started", run: "r1", command: "up", cluster: "lab", hosts: ["n1", "n2"] };
const stage: Event = { kind: "stage-started", stage: "os", title: "Prepare hosts", hosts: ["n1", "n2"] };
const change = { host: "n1", step: "os/swap-off", summary: "turn swap off" } as const;
const begun: Event = { kind: "change-started", ...change };
const done: Event = { kind: "change-finished", ...change, tookMs: 700 };
const failure = {
  code: "ssh/timeout",
  message: "it hangs",
  host: "n1",
  step: "os/swap-off",
  remedy: "Look.",
  details: [],
} as const;

describe("a run's record", () => {
  it("is nothing for a journal without a beginning", () => {
    expect(runRecord([])).toBeUndefined();
    expect(runRecord(journal([0, done]))).toBeUndefined();
  });

  it("has who, what, when and how it ended", () => {
    const end: Event = { kind: "run-finished", run: "r1", outcome: "nothing-to-do", changes: 0, tookMs: 1500 };
    expect(runRecord(journal([0, started], [1500, end]))).toEqual({
      id: "r1",
      command: "up",
      cluster: "lab",
      hosts: ["n1", "n2"],
      at: begin,
      outcome: "nothing-to-do",
      tookMs: 1500,
      changes: [],
      failures: [],
    });
  });

  it("is interrupted where the journal has no end, and lasts until the last line", () => {
    expect(runRecord(journal([0, started], [900, stage]))).toMatchObject({ outcome: "interrupted", tookMs: 900 });
  });

  it("never lasts less than nothing, also when the clock was set back", () => {
    expect(runRecord(journal([0, started], [-5000, stage]))).toMatchObject({ tookMs: 0 });
  });

  it("has a change with its stage, when it began, and how long it took", () => {
    const record = runRecord(journal([0, started], [10, stage], [100, begun], [800, done]));
    expect(record?.changes).toEqual([{ ...change, stage: "Prepare hosts", from: 100, tookMs: 700 }]);
  });

  it("has a change without an end where it never ended", () => {
    const record = runRecord(journal([0, started], [10, stage], [100, begun]));
    expect(record?.changes).toEqual([{ ...change, stage: "Prepare hosts", from: 100, tookMs: undefined }]);
  });

  it("gives each host its own end", () => {
    const other = { ...change, host: "n2" };
    const record = runRecord(
      journal(
        [0, started],
        [1, begun],
        [2, { kind: "change-started", ...other }],
        [30, { kind: "change-finished", ...other, tookMs: 28 }],
      ),
    );
    expect(record?.changes.map(({ host, tookMs }) => [host, tookMs])).toEqual([
      ["n1", undefined],
      ["n2", 28],
    ]);
  });

  it("tells two changes of the same words apart by their order", () => {
    const record = runRecord(journal([0, started], [1, begun], [2, done], [3, begun], [9, { ...done, tookMs: 6 }]));
    expect(record?.changes.map(({ from, tookMs }) => [from, tookMs])).toEqual([
      [1, 700],
      [3, 6],
    ]);
  });

  it("ignores an end that nothing began", () => {
    expect(runRecord(journal([0, started], [1, done]))?.changes).toEqual([]);
  });

  it("has every failure as it was written down", () => {
    const record = runRecord(
      journal(
        [0, started],
        [1, { kind: "failed", failure }],
        [2, { kind: "failed", failure: { ...failure, host: "n2" } }],
      ),
    );
    expect(record?.failures.map(({ host }) => host)).toEqual(["n1", "n2"]);
  });

  it("counts each stage's changes to that stage", () => {
    const rke = { host: "(control)", step: "rke/up", summary: "run rke up" } as const;
    const record = runRecord(
      journal(
        [0, started],
        [1, stage],
        [2, begun],
        [3, done],
        [4, { kind: "stage-started", stage: "cluster", title: "Bring up the cluster", hosts: ["(control)"] }],
        [5, { kind: "change-started", ...rke }],
      ),
    );
    expect(record?.changes.map(({ stage: title }) => title)).toEqual(["Prepare hosts", "Bring up the cluster"]);
  });

  it("takes the first beginning and the last end of a journal that has several", () => {
    const end = (outcome: "changed" | "failed"): Event => ({
      kind: "run-finished",
      run: "r1",
      outcome,
      changes: 1,
      tookMs: 5,
    });
    expect(runRecord(journal([0, started], [5, end("changed")], [6, end("failed")]))?.outcome).toBe("failed");
  });
});
