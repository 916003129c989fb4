import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { runIds } from "../../src/cli/journals.ts";
import { recordRun } from "../../src/cli/recorded-run.ts";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import type { Stamped } from "../../src/core/events.ts";
import { failureOf } from "../../src/core/failure.ts";
import { readJournal } from "../../src/view/read-journal.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, paths, templates } from "./support/rke-world.ts";

let dir: string;
let heard: Stamped[];
let viewEnded: number;
let journals: string[];
let interrupts: Set<() => void>;
let insist: (reason: DroverError) => void;

beforeEach(() => {
  dir = testFolder("recorded");
  heard = [];
  viewEnded = 0;
  journals = [];
  interrupts = new Set();
});

let nonce = 0;

/** The parts of the outside world that a recorded run asks for. */
function request(runs = join(dir, "runs")) {
  const insisted = new Promise<never>((_, reject) => {
    insist = reject;
  });
  insisted.catch(() => undefined);
  const context = {
    now: () => Date.UTC(2030, 0, 2, 3, 4, 5),
    randomHex: (bytes: number) => (nonce++).toString(16).padStart(2 * bytes, "0"),
    operator: "ann@desk",
    stopping: () => false,
    insisted,
    onFirstInterrupt: (callback: () => void) => {
      interrupts.add(callback);
      return () => interrupts.delete(callback);
    },
  };
  const nowhere = async (): Promise<never> => {
    throw new Error("nothing is connected to here");
  };
  return {
    command: "up",
    loaded: { cluster, paths: { ...paths, runs }, templates, inventory: "inventory.yaml" },
    context: context as unknown as Context,
    connections: { connect: nowhere, connectLocal: nowhere },
    view: {
      on: (event: Stamped) => void heard.push(event),
      end: async () => {
        viewEnded += 1;
      },
    },
    report: { exitCode: () => undefined, journal: (path: string) => void journals.push(path) },
  };
}

const done = { value: "value", outcome: "changed", changes: 2 } as const;
const failure = (code: DroverError["code"], host: string): DroverError =>
  new DroverError(code, `on ${host}`, { host, remedy: "Try again." });

function recorded(): Promise<readonly Stamped[]> {
  return readJournal(journals[0] ?? expect.fail("no journal was reported"));
}

describe("a recorded run", () => {
  it("is in its journal before anything happens, and reports where that is", async () => {
    const value = await recordRun(request(), async () => {
      expect((await recorded()).map(({ kind }) => kind)).toEqual(["run-started"]);
      return done;
    });
    expect(value).toBe("value");
    expect(journals).toEqual([join(dir, "runs", readdirSync(join(dir, "runs"))[0] ?? "")]);
  });

  it("is named by its time, and by chance where two begin in the same millisecond", async () => {
    await recordRun(request(), async () => done);
    await recordRun(request(), async () => done);
    const names = readdirSync(join(dir, "runs"));
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^20300102-030405-000-[0-9a-f]{4}\.jsonl$/);
  });

  it("is the newest of all, also of those in its second, whatever chance added, and of names without milliseconds", async () => {
    const at = (ms: number, chance: string) => {
      const asked = request();
      const context = { ...asked.context, now: () => Date.UTC(2030, 0, 2, 3, 4, 5, ms), randomHex: () => chance };
      return { ...asked, context };
    };
    await recordRun(at(7, "ffff"), async () => done);
    await recordRun(at(40, "0000"), async () => done);
    await recordRun(at(123, "8888"), async () => done);
    for (const old of ["20300102-030404-ffff", "20300102-030406-0000"])
      writeFileSync(join(dir, "runs", `${old}.jsonl`), "");
    expect(runIds(join(dir, "runs"))).toEqual([
      "20300102-030406-0000",
      "20300102-030405-123-8888",
      "20300102-030405-040-0000",
      "20300102-030405-007-ffff",
      "20300102-030404-ffff",
    ]);
  });

  it("tells journal and view the same, and how it ended", async () => {
    await recordRun(request(), async ({ emit }) => {
      emit({ kind: "note", level: "info", message: "half way" });
      return done;
    });
    expect(await recorded()).toEqual(heard);
    expect(heard.map(({ kind }) => kind)).toEqual(["run-started", "note", "run-finished"]);
    expect(heard[0]).toMatchObject({ command: "up", cluster: "demo", hosts: ["node-a", "node-b", "node-c"] });
    expect(heard.at(-1)).toMatchObject({ outcome: "changed", changes: 2, tookMs: 0 });
    expect(viewEnded).toBe(1);
  });

  it("writes down every failure before it throws them on", async () => {
    const several = new SeveralFailed([failure("ssh/unreachable", "a"), failure("step/action-failed", "b")]);
    const run = recordRun(request(), () => Promise.reject(several));
    await expect(run).rejects.toBe(several);
    const events = await recorded();
    expect(events.flatMap((event) => (event.kind === "failed" ? [event.failure.host] : []))).toEqual(["a", "b"]);
    expect(events.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed", changes: 0 });
    expect(viewEnded).toBe(1);
  });

  it("writes down once what was said when it happened", async () => {
    const error = failure("ssh/unreachable", "a");
    const run = recordRun(request(), async ({ emit }) => {
      emit({ kind: "failed", failure: failureOf(error) });
      throw new SeveralFailed([error, failure("host/locked", "b")]);
    });
    await expect(run).rejects.toBeInstanceOf(SeveralFailed);
    const hosts = (await recorded()).flatMap((event) => (event.kind === "failed" ? [event.failure.host] : []));
    expect(hosts).toEqual(["a", "b"]);
  });

  it("calls whatever else is thrown a bug of ours", async () => {
    await expect(recordRun(request(), () => Promise.reject(new TypeError("oops")))).rejects.toThrow("oops");
    expect((await recorded()).find(({ kind }) => kind === "failed")).toMatchObject({
      failure: { code: "internal/bug", message: expect.stringContaining("oops") },
    });
  });

  it("was cancelled only if nothing but that happened", async () => {
    const cancelled = failure("cli/cancelled", "a");
    await recordRun(request(), () => Promise.reject(new SeveralFailed([cancelled]))).catch(() => undefined);
    expect(heard.at(-1)).toMatchObject({ outcome: "cancelled" });
    const both = new SeveralFailed([cancelled, failure("ssh/connection-lost", "b")]);
    await recordRun(request(), () => Promise.reject(both)).catch(() => undefined);
    expect(heard.at(-1)).toMatchObject({ outcome: "failed" });
  });

  it("tells of the first Ctrl-C as an event, and no more once it is over", async () => {
    await recordRun(request(), async () => {
      for (const interrupt of interrupts) interrupt();
      return done;
    });
    expect(heard.map(({ kind }) => kind)).toEqual(["run-started", "note", "run-finished"]);
    expect(interrupts.size).toBe(0);
  });

  it("ends at the second Ctrl-C, even if what it does never does", async () => {
    const run = recordRun(request(), () => {
      insist(failure("cli/cancelled", "a"));
      return new Promise<never>(() => undefined);
    });
    await expect(run).rejects.toMatchObject({ code: "cli/cancelled" });
    expect((await recorded()).at(-1)).toMatchObject({ outcome: "cancelled" });
  });

  it("does not begin without a journal", async () => {
    writeFileSync(join(dir, "file"), "");
    let begun = false;
    const run = recordRun(request(join(dir, "file", "runs")), async () => {
      begun = true;
      return done;
    });
    await expect(run).rejects.toMatchObject({ code: "journal/unwritable" });
    expect(begun).toBe(false);
  });

  it("keeps its journals to the operator alone", async () => {
    mkdirSync(join(dir, "runs"));
    chmodSync(join(dir, "runs"), 0o755);
    await recordRun(request(), async () => done);
    expect(existsSync(journals[0] ?? "")).toBe(true);
    expect([statSync(join(dir, "runs")).mode & 0o777, statSync(journals[0] ?? "").mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
  });
});
