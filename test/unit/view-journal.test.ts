import { appendFileSync, chmodSync, fstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import type { Stamped } from "../../src/core/events.ts";
import { estimates } from "../../src/view/estimate.ts";
import { openJournal } from "../../src/view/journal.ts";
import { createJson } from "../../src/view/json.ts";
import { harmless, type Listener, tee } from "../../src/view/listener.ts";
import { readJournal } from "../../src/view/read-journal.ts";
import { testFolder } from "../test-folder.ts";

const scratch = (): string => testFolder("view");
const note = (message: string, at = 1): Stamped => ({ kind: "note", level: "info", message, at });
const finished = (host: string, step: `${string}/${string}`, tookMs: number): Stamped => ({
  kind: "change-finished",
  host,
  step,
  summary: "",
  tookMs,
  at: 1,
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the journal", () => {
  test("is closed to others, whatever the umask and however open the folder was", async () => {
    const dir = join(scratch(), "new", "runs");
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o777);
    const journal = openJournal({ dir, run: "r1" });
    await journal.end();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(journal.path).mode & 0o777).toBe(0o600);
    expect(journal.path).toBe(join(dir, "r1.jsonl"));
  });

  test("makes its folders, and those are closed too", async () => {
    const root = scratch();
    await openJournal({ dir: join(root, ".drover", "runs"), run: "r1" }).end();
    expect(statSync(join(root, ".drover")).mode & 0o777).toBe(0o700);
  });

  test("has an event on disk as soon as `on` is back, and reads back exactly", async () => {
    const journal = openJournal({ dir: scratch(), run: "r1" });
    const events = [note("one"), note("two\n\u001b[2J\u202e", 2)];
    journal.on(note("one"));
    expect(readFileSync(journal.path, "utf8")).toBe('{"kind":"note","level":"info","message":"one","at":1}\n');
    journal.on(note("two\n\u001b[2J\u202e", 2));
    expect(await readJournal(journal.path)).toEqual(events);
    await journal.end();
  });

  test("is synced after each deed and each end, after they are written, and not after what another look would tell", async () => {
    const sizes: number[] = [];
    const journal = openJournal({ dir: scratch(), run: "r1", sync: (fd) => sizes.push(fstatSync(fd).size) });
    journal.on({ kind: "run-started", run: "r1", command: "up", cluster: "c", hosts: ["h1"], at: 0 });
    expect(sizes).toEqual([]);
    journal.on(note("one"));
    const written = statSync(journal.path).size;
    journal.on({ kind: "output", host: "h1", step: "a/b", stream: "stdout", line: "much", at: 2 });
    journal.on({ kind: "host-connecting", host: "h1", address: "h1", at: 3 });
    journal.on({ kind: "host-asked", host: "h1", probes: 3, tookMs: 1, at: 4 });
    expect(sizes).toEqual([written]);
    journal.on({ kind: "change-started", host: "h1", step: "a/b", summary: "s", at: 5 });
    expect(sizes).toEqual([written, statSync(journal.path).size]);
    sizes.pop();
    journal.on(note("two"));
    expect(sizes).toEqual([written, statSync(journal.path).size]);
    await journal.end();
  });

  test("on a full disk throws before anything is done", async () => {
    const full = (): never => {
      throw new Error("ENOSPC: no space left on device");
    };
    const journal = openJournal({ dir: scratch(), run: "r1", sync: full });
    const error = thrownBy(() => journal.on(note("lost")));
    expect(error).toMatchObject({ code: "journal/unwritable", message: expect.stringContaining("no space left") });
    await journal.end();
  });

  test("that was cut in its last line is read up to there", async () => {
    const journal = openJournal({ dir: scratch(), run: "r1" });
    journal.on(note("whole"));
    await journal.end();
    appendFileSync(journal.path, '{"kind":"note","level":"info","mess');
    expect(await readJournal(journal.path)).toEqual([note("whole")]);
  });

  test("with lines that are no events gives only its events", async () => {
    const path = join(scratch(), "x.jsonl");
    writeFileSync(path, `null\n[1]\n{"kind":7,"at":1}\n{"kind":"note"}\n${JSON.stringify(note("yes"))}\n`);
    expect(await readJournal(path)).toEqual([note("yes")]);
  });

  test("that cannot be opened is journal/unwritable, with a remedy", () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "");
    const error = thrownBy(() => openJournal({ dir: file, run: "r1" }));
    expect(error).toBeInstanceOf(DroverError);
    expect(error).toMatchObject({ code: "journal/unwritable", remedy: expect.stringContaining("again") });
  });

  test("never goes on in a file of another run", async () => {
    const dir = scratch();
    await openJournal({ dir, run: "r1" }).end();
    expect(thrownBy(() => openJournal({ dir, run: "r1" }))).toMatchObject({ code: "journal/unwritable" });
  });

  test("that cannot be written throws, so that nothing is done without a record", async () => {
    const journal = openJournal({ dir: scratch(), run: "r1" });
    await journal.end();
    expect(thrownBy(() => journal.on(note("lost")))).toMatchObject({ code: "journal/unwritable" });
  });

  test("ends twice without complaint", async () => {
    const journal = openJournal({ dir: scratch(), run: "r1" });
    await journal.end();
    await expect(journal.end()).resolves.toBeUndefined();
  });
});

describe("an estimate", () => {
  test("is the median of earlier runs, each counted on its slowest host", () => {
    const runs = [
      [finished("h1", "docker/installed", 10_000), finished("h2", "docker/installed", 40_000)],
      [finished("h1", "docker/installed", 500_000)],
      [finished("h1", "docker/installed", 30_000)],
    ];
    expect(estimates(runs)("docker/installed")).toBe(40_000);
  });

  test("adds up the changes that a step makes on one host", () => {
    const run = [finished("h1", "os/swap", 1_000), finished("h1", "os/swap", 2_000), finished("h2", "os/swap", 500)];
    expect(estimates([run])("os/swap")).toBe(3_000);
  });

  test("leaves out a step that failed half-way, but only on that host", () => {
    const failure = {
      code: "step/action-failed",
      message: "",
      step: "a/b",
      host: "h1",
      remedy: "",
      details: [],
    } as const;
    const run = [
      finished("h1", "a/b", 9_000),
      finished("h2", "a/b", 2_000),
      { kind: "failed", failure, at: 1 } as const,
    ];
    expect(estimates([run])("a/b")).toBe(2_000);
  });

  test("knows stages that changed something, not those that had nothing to do", () => {
    const stage = (changed: number, tookMs: number): Stamped => ({
      kind: "stage-finished",
      stage: "prepare",
      changed,
      tookMs,
      at: 1,
    });
    expect(estimates([[stage(3, 60_000)], [stage(0, 100)]])("prepare")).toBe(60_000);
    expect(estimates([[stage(0, 100)]])("prepare")).toBeUndefined();
  });

  test("of what was never seen is the typical one, or none", () => {
    const estimate = estimates([], { "rke/up": 240_000 });
    expect([estimate("rke/up"), estimate("a/b")]).toEqual([240_000, undefined]);
  });

  test("does not stumble over a failure without a place or over host names that look alike", () => {
    const failure = { code: "internal/bug", message: "", remedy: "", details: [] } as const;
    const run = [finished("h1", "a/b", 1), { kind: "failed", failure, at: 1 } as const];
    expect(estimates([run])("a/b")).toBe(1);
  });
});

describe("the view for programs", () => {
  test("is one versioned object per line and nothing else", () => {
    let out = "";
    const view = createJson({ write: (text) => (out += text) });
    view.on(note("one"));
    view.on(note("two\nlines"));
    const lines = out.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { v: 1, ...note("one") },
      { v: 1, ...note("two\nlines") },
    ]);
  });

  test("does not end the run when nobody reads it any more", () => {
    const view = createJson({
      write: () => {
        throw new Error("EPIPE");
      },
    });
    expect(() => view.on(note("one"))).not.toThrow();
  });
});

describe("one listener for many", () => {
  const broken: Listener = {
    on: () => {
      throw new Error("disk full");
    },
    end: () => Promise.reject(new Error("cannot close")),
  };
  const heard: Stamped[] = [];
  const ended: string[] = [];
  const good: Listener = { on: (event) => heard.push(event), end: async () => void ended.push("good") };

  test("tells all of them before it throws what one of them threw", () => {
    expect(() => tee([broken, good]).on(note("x"))).toThrow("disk full");
    expect(heard).toEqual([note("x")]);
  });

  test("ends all of them before it rejects", async () => {
    await expect(tee([broken, good]).end()).rejects.toThrow("cannot close");
    expect(ended).toEqual(["good"]);
  });

  test("a harmless handler swallows its own errors", () => {
    expect(() => harmless(broken.on)(note("x"))).not.toThrow();
  });
});
