import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { shapeOf } from "../../src/cli/context.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import type { Stamped } from "../../src/core/events.ts";
import { inventoryAt } from "../cli/drover.ts";
import { runHere } from "../cli/run-here.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";
import { failedRun, journalText } from "../unit/support/run-events.ts";
import { at } from "../unit/support/view-support.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("shown");
  mkdirSync(join(dir, ".drover/runs"), { recursive: true });
});

const journal = (events: readonly Stamped[] | string, run = "r1") =>
  writeFileSync(join(dir, ".drover/runs", `${run}.jsonl`), typeof events === "string" ? events : journalText(events));
const ran = (line: string) => runHere(dir, line.split(" "));

/** What a terminal obeys or hides though it stands in JSON: C1 controls, DEL, bidi overrides, zero-width characters. */
const hostile = "up\u009b2J\u007f\u202egnp\u200b\u2028";
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

describe("a result for programs", () => {
  const hostileRun: readonly Stamped[] = [
    at(0, { kind: "run-started", run: "r1", command: hostile, cluster: "test", hosts: [hostile] }),
    at(1, { kind: "change-started", host: hostile, step: "a/b", summary: hostile }),
    at(2, { kind: "change-finished", host: hostile, step: "a/b", summary: hostile, tookMs: 1000 }),
    at(2, { kind: "proof-made", proof: "dns", about: hostile, result: "ok", detail: hostile }),
  ];

  it.each(["runs --json", "logs --json", "report --offline --json"])(
    "does nothing to a terminal that shows it, and loses nothing: drover %s",
    async (line) => {
      writeFileSync(join(dir, "id"), newKey().private, { mode: 0o600 });
      writeFileSync(join(dir, "inventory.yaml"), inventoryAt([1]));
      journal(hostileRun);
      const { stdout, thrown } = await ran(line);
      expect(thrown).toBeUndefined();
      expect(stdout).not.toMatch(obeyed);
      const values = stdout
        .trim()
        .split("\n")
        .map((row) => JSON.parse(row));
      expect(JSON.stringify(values)).toContain(JSON.stringify(hostile).slice(1, -1));
    },
  );

  it.each(["runs", "logs", "logs -v", "logs --failed"])("nor does what people read: drover %s", async (line) => {
    journal(hostileRun);
    expect((await ran(line)).stdout).not.toMatch(obeyed);
  });
});

describe("the width of what is shown", () => {
  const shape = (columns: number | undefined, usual?: number) => {
    const stream = { isTTY: true, columns } as never;
    return shapeOf({ env: {}, stdout: stream } as unknown as Context, stream, usual).width;
  };

  it("is the terminal's, and the usual one where it has none or says 0, as one that was told no size", () => {
    expect([shape(80), shape(undefined), shape(0), shape(0, 120), shape(40, 120)]).toEqual([80, 100, 100, 120, 40]);
  });

  it("leaves lines of many words where a terminal has no size", async () => {
    const { stdout } = await runHere(dir, ["explain", "ssh/timeout"], { columns: 0 });
    expect(stdout).toContain("The host did not answer in time.");
  });
});

describe("drover logs", () => {
  it("gives a run of which nothing was written down no date", async () => {
    journal("");
    const { stdout, thrown } = await ran("logs");
    expect(thrown).toBeUndefined();
    expect(stdout).toBe("Run r1, of which nothing was written down\n");
  });

  it("tells what failed also where the beginning of the journal is lost", async () => {
    journal(failedRun.slice(5));
    const { stdout } = await ran("logs --failed");
    expect(stdout).toContain("Error step/action-failed: A package could not be fetched: 404 Not Found");
    expect(stdout).not.toContain("Nothing failed");
  });

  it("does not call a run well of which a host was asked for that did not fail", async () => {
    journal(failedRun);
    expect((await ran("logs --failed --host a")).stdout).toContain("Nothing failed on a in this run.");
    expect((await ran("logs --failed --host b")).stdout).toContain("Error step/action-failed");
    journal(failedRun.filter(({ kind }) => kind !== "failed"));
    expect((await ran("logs --failed")).stdout).toContain("Nothing failed in this run.");
  });

  it.each(["0", "-1", "x", "1e999", "NaN", ""])("refuses a speed of %j before it says anything", async (speed) => {
    journal(failedRun);
    const { stdout, thrown } = await runHere(dir, ["logs", "--live", `--speed=${speed}`]);
    expect(failuresOf(thrown).map(({ code, message }) => [code, message])).toEqual([
      ["cli/usage", `--speed wants a number above 0, not "${speed}"`],
    ]);
    expect(stdout).toBe("");
  });

  it("knows the hosts that the journal speaks of, and no others", async () => {
    journal(failedRun);
    for (const [host, remedy] of [
      ["worker-99", "It speaks of a, b."],
      ["A", "Did you mean a?"],
    ]) {
      const { thrown } = await ran(`logs --host ${host}`);
      expect(failuresOf(thrown)).toMatchObject([
        { code: "cli/usage", message: `the run knows no host "${host}"`, remedy },
      ]);
    }
    journal("");
    expect(failuresOf((await ran("logs --host a")).thrown)).toMatchObject([{ remedy: "It speaks of none." }]);
  });

  it("wants a terminal for --live, and no JSON beside it", async () => {
    journal(failedRun);
    expect(failuresOf((await ran("logs --live")).thrown)).toMatchObject([{ code: "cli/no-terminal" }]);
    expect((await ran("logs --live --json")).thrown).toMatchObject({ code: "commander.conflictingOption" });
  });
});
