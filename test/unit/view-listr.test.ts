import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Event } from "../../src/core/events.ts";
import { noEstimate } from "../../src/view/estimate.ts";
import { createListr } from "../../src/view/listr.ts";
import { FakeTerminal } from "./support/fake-terminal.ts";
import { at, FakeClock } from "./support/view-support.ts";

const names = (amount: number): string[] => Array.from({ length: amount }, (_, index) => `h${index + 1}`);
const docker = { step: "docker/installed", summary: "Docker 26.1 is installed" } as const;
const spinner = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

function live({ columns = 80, rows = 24, color = false } = {}) {
  const terminal = new FakeTerminal(columns, rows);
  const clock = new FakeClock();
  const view = createListr({ stream: terminal.stream, color, clock, estimate: noEstimate });
  /** Says an event at so many seconds after noon, and gives listr2 the time to draw it. */
  const say = async (seconds: number, event: Event): Promise<void> => {
    clock.to(seconds);
    view.on(at(seconds, event));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { terminal, clock, view, say };
}

/** Waits until listr2 has drawn its first frame: it loads its parts when they are first needed. */
async function drawnIn(terminal: FakeTerminal, text: string): Promise<void> {
  await expect.poll(() => terminal.text, { interval: 2 }).toContain(text);
}

const begin = (hosts: string[]): Event => ({
  kind: "stage-started",
  stage: "prepare",
  title: "Prepare the hosts",
  hosts,
});
const done = (changed: number, tookMs: number): Event => ({
  kind: "stage-finished",
  stage: "prepare",
  changed,
  tookMs,
});

describe("the live view", () => {
  const before = { out: process.stdout.write, err: process.stderr.write };
  const strayed: unknown[] = [];
  let listeners = 0;

  beforeEach(() => {
    strayed.length = 0;
    listeners = process.listenerCount("SIGINT");
    const stray = (chunk: unknown): boolean => strayed.push(chunk) > 0;
    process.stdout.write = stray;
    process.stderr.write = stray;
  });

  afterEach(() => {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    expect(strayed, "nothing is written but to the stream given").toEqual([]);
    expect(process.listenerCount("SIGINT"), "Ctrl-C stays the caller's").toBe(listeners);
  });

  test.each([
    ["ten times a second where writing costs nothing", 0, 97, 103],
    ["so seldom on a slow line that four fifths of the time are left for the work", 500, 4, 4],
  ])("is drawn %s", async (_, msPerPicture, least, most) => {
    const { terminal, clock, view, say } = live();
    await say(0, begin(names(5)));
    await drawnIn(terminal, "Prepare");
    let pictures = 0;
    terminal.onWrite = (text) => {
      if (!text.includes("waiting")) return;
      pictures += 1;
      clock.pass(msPerPicture);
    };
    clock.to(10);
    expect(pictures).toBeGreaterThanOrEqual(least);
    expect(pictures).toBeLessThanOrEqual(most);
    terminal.onWrite = () => undefined;
    await say(11, done(0, 11_000));
    await view.end();
    expect(terminal.text).toContain("Prepare the hosts");
  });

  test("shows a stage with a line per host, and folds it to one line when it is over", async () => {
    const { terminal, clock, view, say } = live();
    await say(0, begin(names(3)));
    for (const host of names(2)) await say(0, { kind: "change-started", host, ...docker });
    await say(2, { kind: "progress", host: "h1", step: docker.step, phase: "unpacking", fraction: 0.5 });
    await drawnIn(terminal, "Prepare");
    clock.to(12);
    expect(terminal.text.replace(spinner, "*")).toBe(
      [
        "* Prepare the hosts",
        "  h1  docker/installed  unpacking (50 %)  12 s",
        "  h2  docker/installed  Docker 26.1 is installed  12 s",
        "  h3  waiting",
        "  0/3 hosts done, 12 s",
      ].join("\n"),
    );
    expect(terminal.cursorHidden).toBe(true);
    for (const host of names(2)) await say(20, { kind: "change-finished", host, ...docker, tookMs: 20_000 });
    await say(20, done(2, 20_000));
    await view.end();
    expect(terminal.text).toBe("✔ Prepare the hosts: 2 changes (20 s)");
    expect(terminal.cursorHidden).toBe(false);
    expect(terminal.unknown).toEqual([]);
    expect(clock.ticking).toBe(false);
  });

  test("keeps the order of stages, however fast they follow", async () => {
    const { terminal, view } = live();
    for (const title of ["One", "Two", "Three"]) {
      view.on(at(0, { kind: "stage-started", stage: title, title, hosts: ["h1"] }));
      view.on(at(0, { kind: "stage-finished", stage: title, changed: 0, tookMs: 10 }));
    }
    await view.end();
    const nothing = "nothing to do (0.0 s)";
    expect(terminal.text).toBe([`✔ One: ${nothing}`, `✔ Two: ${nothing}`, `✔ Three: ${nothing}`].join("\n"));
  });

  test("makes way for a question between the look and the first stage, then goes on", async () => {
    const { terminal, view, say } = live();
    await say(0, { kind: "run-started", run: "r", command: "up", cluster: "demo", hosts: names(2) });
    for (const host of names(2)) await say(0, { kind: "host-connecting", host, address: "10.0.0.1" });
    await drawnIn(terminal, "connecting to 10.0.0.1");
    for (const host of names(2)) {
      await say(1, { kind: "host-connected", host, tookMs: 1 });
      await say(1, { kind: "host-asked", host, probes: 9, tookMs: 1 });
    }
    await view.end();
    terminal.write("Go on? yes\n");
    await say(2, begin(names(2)));
    await say(3, done(0, 1000));
    await view.end();
    expect(terminal.text.split("\n")).toEqual([
      "✔ Ask the hosts: 2 hosts asked",
      "Go on? yes",
      "✔ Prepare the hosts: nothing to do (1.0 s)",
    ]);
  });

  describe("of what failed", () => {
    const failed = (host: string): Event => ({
      kind: "failed",
      failure: {
        code: "step/action-failed",
        message: "apt-get ended with 100",
        host,
        step: docker.step,
        remedy: "",
        details: [],
      },
    });
    const end = (outcome: "failed" | "cancelled"): Event => ({
      kind: "run-finished",
      run: "r",
      outcome,
      changes: 0,
      tookMs: 5000,
    });
    const leftOut = (host: string): Event => ({
      kind: "note",
      level: "warning",
      host,
      message: "left out from here on: apt-get ended with 100",
    });

    test("leaves the telling to the end of the run, which tells it in full", async () => {
      const { terminal, clock, view, say } = live();
      await say(0, begin(names(3)));
      await drawnIn(terminal, "Prepare");
      await say(4, failed("h2"));
      clock.to(5);
      expect(terminal.text).toContain("h2  docker/installed  failed: apt-get ended with 100");
      await say(5, end("failed"));
      await view.end();
      expect(terminal.text.split("\n")).toEqual([
        "✖ Prepare the hosts: failed on 1 of 3 hosts",
        "Failed after 5.0 s; nothing was changed.",
      ]);
    });

    test("leaves it on the screen where nobody tells it afterwards: the operator left", async () => {
      const { terminal, view, say } = live();
      await say(0, begin(names(3)));
      await say(5, failed("h2"));
      await say(5, end("cancelled"));
      await view.end();
      expect(terminal.text.split("\n")).toEqual([
        "✖ Prepare the hosts: failed on 1 of 3 hosts",
        "  h2: docker/installed: apt-get ended with 100",
        "Cancelled after 5.0 s; nothing was changed.",
      ]);
    });

    test("leaves it on the screen, once, where the run goes on without the host", async () => {
      const { terminal, view, say } = live();
      await say(0, begin(names(3)));
      await say(5, failed("h2"));
      await say(5, done(0, 5000));
      await say(5, leftOut("h2"));
      await say(5, { kind: "stage-started", stage: "s", title: "Install Docker", hosts: ["h1", "h3"] });
      await say(6, { kind: "stage-finished", stage: "s", changed: 0, tookMs: 1000 });
      await say(6, end("failed"));
      await view.end();
      expect(terminal.text.split("\n")).toEqual([
        "✖ Prepare the hosts: failed on 1 of 3 hosts (5.0 s)",
        "  h2: left out from here on: apt-get ended with 100",
        "✔ Install Docker: nothing to do (1.0 s)",
        "Failed after 5.0 s; nothing was changed.",
      ]);
    });

    test("leaves the telling to the end too where more failed in a stage than may", async () => {
      const { terminal, view, say } = live();
      await say(0, begin(names(3)));
      for (const host of names(2)) await say(5, failed(host));
      await say(5, done(0, 5000));
      await say(5, end("failed"));
      await view.end();
      expect(terminal.text.split("\n")).toEqual([
        "✖ Prepare the hosts: failed on 2 of 3 hosts (5.0 s)",
        "Failed after 5.0 s; nothing was changed.",
      ]);
    });
  });

  test("says at the end what came of it", async () => {
    const { terminal, view, say } = live();
    await say(0, { kind: "run-started", run: "r", command: "up", cluster: "demo", hosts: names(3) });
    await say(0, begin(names(3)));
    for (const host of names(2)) await say(1, { kind: "change-finished", host, ...docker, tookMs: 1000 });
    await say(1, done(2, 1000));
    await say(2, { kind: "run-finished", run: "r", outcome: "changed", changes: 2, tookMs: 2000 });
    await view.end();
    expect(terminal.text.split("\n")).toEqual([
      "✔ Prepare the hosts: 2 changes (1.0 s)",
      "2 changes on 2 hosts in 2.0 s.",
    ]);
  });

  test.each([
    [80, 24],
    [160, 50],
    [60, 8],
  ])("of fifty hosts fits into %d x %d at every moment, and erases all of it", async (columns, rows) => {
    const { terminal, clock, view, say } = live({ columns, rows });
    terminal.write("before\n");
    await say(0, begin(names(50)));
    for (const host of names(50)) await say(0, { kind: "change-started", host, ...docker, summary: "x ".repeat(200) });
    await drawnIn(terminal, "Prepare");
    clock.to(1);
    expect(terminal.text).toMatch(/\.\.\. and \d+ more, \d+ of them running/);
    for (const host of names(50)) await say(2, { kind: "change-finished", host, ...docker, tookMs: 1 });
    for (const host of names(3)) await say(2, { kind: "note", level: "warning", host, message: "lost" });
    await say(3, done(50, 3000));
    await view.end();
    expect(terminal.tallest).toBeLessThanOrEqual(rows);
    const rest = names(3).map((host) => `  ${host}: lost`);
    expect(terminal.text.split("\n")).toEqual(["before", "✔ Prepare the hosts: 50 changes (3.0 s)", ...rest]);
  });

  test("is without colour codes if asked, and with them if asked, whatever the process's own terminal is", async () => {
    for (const color of [false, true]) {
      const { terminal, view, say } = live({ color });
      await say(0, begin(names(2)));
      await say(0, { kind: "change-started", host: "h1", ...docker });
      await drawnIn(terminal, "Prepare");
      await say(5, done(1, 5000));
      await view.end();
      expect(/\u001b\[[0-9;]*m/.test(terminal.raw)).toBe(color);
    }
  });

  test("shows harmlessly what hosts say", async () => {
    const evil = "x\u001b[2J\u001b]0;t\u0007\u202e";
    const { terminal, clock, view, say } = live();
    await say(0, { kind: "stage-started", stage: "s", title: evil, hosts: [evil] });
    await say(0, { kind: "change-started", host: evil, step: docker.step, summary: evil });
    await say(1, { kind: "note", level: "warning", message: evil });
    await drawnIn(terminal, "x\\x1b");
    clock.to(5);
    await view.end();
    expect(terminal.unknown).toEqual([]);
    expect(terminal.raw).not.toMatch(/\u0007|\u202e|\u001b\[2J|\u001b\]/);
  });

  test("leaves percent signs in what hosts say alone", async () => {
    const { terminal, clock, view, say } = live();
    await say(0, begin(["h1"]));
    await say(0, { kind: "change-started", host: "h1", step: docker.step, summary: "100%% of %s and %d" });
    await drawnIn(terminal, "Prepare");
    clock.to(1);
    expect(terminal.text).toContain("100%% of %s and %d");
    await view.end();
  });

  test("without any event draws nothing and ends at once", async () => {
    const { terminal, view } = live();
    await view.end();
    expect(terminal.raw).toBe("");
  });

  test("says how far it was when a question came in between", async () => {
    const { terminal, view, say } = live();
    for (const host of names(2)) await say(0, { kind: "host-connecting", host, address: "10.0.0.1" });
    await say(1, { kind: "host-asked", host: "h1", probes: 9, tookMs: 1 });
    await view.end();
    expect(terminal.text).toBe("✔ Ask the hosts: 1 of 2 hosts asked");
  });

  test("survives a terminal that is gone", async () => {
    const { terminal, view, say } = live();
    terminal.write = () => {
      throw new Error("EIO");
    };
    await say(0, begin(["h1"]));
    await say(1, done(0, 1000));
    await expect(view.end()).resolves.toBeUndefined();
  });
});
