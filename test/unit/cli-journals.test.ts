import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { findRun, newestJournals, newestRuns, recordOf, runIds } from "../../src/cli/journals.ts";
import { estimateFrom } from "../../src/cli/past-runs.ts";
import { testFolder } from "../test-folder.ts";
import { failedRun, journalText } from "./support/run-events.ts";

let runs: string;
beforeEach(() => {
  runs = testFolder("journals");
});

const journal = (run: string, text = journalText(failedRun)) => writeFileSync(join(runs, `${run}.jsonl`), text);
const [first, second, third] = ["20261121-110000-000-aaaa", "20261121-120000-000-bbbb", "20261122-120000-000-abbb"];

describe("the runs in a folder", () => {
  it("are those with a journal, the newest first", () => {
    for (const run of [second, first, third]) journal(run);
    writeFileSync(join(runs, "notes.txt"), "mine");
    writeFileSync(join(runs, "20270101.jsonl.bak"), "old");
    expect(runIds(runs)).toEqual([third, second, first]);
  });

  it.each(["nowhere", "a-file"])("are none where there is no such folder: %s", (name) => {
    writeFileSync(join(runs, "a-file"), "x");
    expect(runIds(join(runs, name))).toEqual([]);
  });

  it("are read no further back than was asked for", () => {
    for (const run of [first, second, third]) journal(run);
    expect(newestJournals(runs, 2).map(({ run }) => run)).toEqual([third, second]);
    expect(newestJournals(runs, 0)).toEqual([]);
  });

  it("have no events where their journal cannot be read, and hide no other", () => {
    journal(first);
    mkdirSync(join(runs, `${second}.jsonl`));
    expect(newestJournals(runs, 9).map(({ events }) => events.length)).toEqual([0, failedRun.length]);
    expect(newestRuns(runs, 9).map(({ id }) => id)).toEqual([first]);
  });

  it("are called as their files are, whatever the journal says of itself", () => {
    journal(first);
    const [found] = newestJournals(runs, 1);
    expect(found === undefined ? undefined : recordOf(found)?.id).toBe(first);
  });

  it.each(["", "\n\n", "{}\n", "garbage", '{"kind":"run-started"}\n', "\u0000".repeat(10_000)])(
    "tell of nothing where the journal is %j, and break nothing",
    (text) => {
      journal(first, text);
      expect(newestRuns(runs, 9)).toEqual([]);
      expect(estimateFrom(runs)("os/names")).toBeUndefined();
    },
  );
});

describe("an estimate", () => {
  const step = failedRun.find((event) => event.kind === "change-finished") ?? expect.fail();
  const took = (tookMs: number) => journalText([{ ...step, tookMs }]);

  it("is what the ten newest runs up to then say, in the middle; not what its own run adds", () => {
    journal("20200101-000000-000-0000", took(1));
    for (let run = 10; run < 20; run += 1) journal(`20260101-0000${run}-000-0000`, took(run));
    const estimate = estimateFrom(runs);
    journal("20270101-000000-000-0000", took(999_999));
    expect(estimate(step.step)).toBe(15);
    expect(estimate("nobody/knows")).toBeUndefined();
  });

  it("looks past runs that changed nothing, for days and not for years", () => {
    const nothing = journalText(failedRun.filter(({ kind }) => kind === "run-started" || kind === "run-finished"));
    journal("20200101-000000-000-0000", took(20));
    for (let run = 100; run < 298; run += 1) journal(`20260101-000000-${run}-0000`, nothing);
    journal("20270101-000000-000-0000", took(7));
    for (let run = 0; run < 12; run += 1) journal(`20270201-0000${run + 10}-000-0000`, nothing);
    expect(estimateFrom(runs)(step.step)).toBe(7);
    journal("20260201-000000-000-0000", took(9));
    expect(estimateFrom(runs)(step.step)).toBe(9);
  });

  it("reads no journal before it is asked, and each of them once", () => {
    journal(first, took(1));
    const estimate = estimateFrom(runs);
    journal(first, took(2));
    expect(estimate(step.step)).toBe(2);
    journal(first, took(3));
    expect(estimate(step.step)).toBe(2);
  });

  it("of what was never seen here is the usual one", () => {
    expect(estimateFrom(runs)("docker/installed")).toBe(40_000);
  });
});

describe("a run that is named", () => {
  beforeEach(() => {
    for (const run of [first, second, third]) journal(run);
  });
  const found = async (wanted: string | undefined) => (await findRun(runs, wanted)).run;

  it("is the newest where none is", async () => {
    expect(await found(undefined)).toBe(third);
  });

  it.each([
    ["whole", second, second],
    ["by its beginning", "20261121-11", first],
    ["by its end", "-abbb", third],
    ["by the path of its journal", "/any/where/20261121-110000-000-aaaa.jsonl", first],
    ["by the name of its file", `${second}.jsonl`, second],
    ["by a path that ends in a part of it", "runs/20261122", third],
  ])("is found %s", async (_, wanted, run) => {
    expect(await found(wanted)).toBe(run);
  });

  it("is itself, also where other names begin with its own", async () => {
    journal("20261121");
    expect(await found("20261121")).toBe("20261121");
  });

  it.each(["2026", "runs/2026", "2026.jsonl", "bbb", "./bbb"])(
    "by %s may be several, and all are told",
    async (wanted) => {
      await expect(found(wanted)).rejects.toMatchObject({
        code: "journal/not-found",
        message: expect.stringMatching(/^".+" may be any of [23] runs$/),
        details: expect.arrayContaining([second]),
      });
    },
  );

  it("by what fits hundreds is told with no more than ten of them", async () => {
    for (let number = 0; number < 200; number += 1) journal(`x-${number}`);
    const thrown: unknown = await found("x-").catch((error: unknown) => error);
    expect(thrown).toMatchObject({ message: '"x-" may be any of 200 runs' });
    expect((thrown as { details: readonly string[] }).details).toHaveLength(10);
  });

  it.each(["", "/", ".jsonl", "runs/", "nothing", "*", "2026*", "..", "../../etc/passwd", "\u0000"])(
    "by %j is none, and no other file is read for it",
    async (wanted) => {
      await expect(found(wanted)).rejects.toMatchObject({
        code: "journal/not-found",
        message: expect.stringContaining("there is no journal of a run"),
        details: [],
      });
    },
  );

  it("is offered where the name is nearly right", async () => {
    await expect(found("20261121-120000-000-bbbc")).rejects.toMatchObject({
      remedy: expect.stringContaining(`Did you mean ${second}?`),
    });
  });

  it("that cannot be read is said to be there", async () => {
    mkdirSync(join(runs, "zzz.jsonl"));
    await expect(found("zzz")).rejects.toMatchObject({
      code: "journal/not-found",
      message: expect.stringMatching(/zzz\.jsonl cannot be read: /),
    });
  });

  it("is none where there are no runs at all, and the folder is told", async () => {
    const empty = join(runs, "empty");
    await expect(findRun(empty, undefined)).rejects.toMatchObject({ message: `there are no journals in ${empty}` });
  });
});
