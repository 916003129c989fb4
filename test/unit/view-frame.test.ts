import { describe, expect, test } from "vitest";
import type { Event } from "../../src/core/events.ts";
import { noEstimate } from "../../src/view/estimate.ts";
import { footer } from "../../src/view/footer.ts";
import { frame } from "../../src/view/frame.ts";
import { follow, type LiveStage, openStage } from "../../src/view/live-stage.ts";
import { paint } from "../../src/view/paint.ts";
import { stageResult } from "../../src/view/stage-result.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";
import { at, escapes, noon } from "./support/view-support.ts";

const names = (amount: number): string[] => Array.from({ length: amount }, (_, index) => `h${index + 1}`);
const docker = { step: "docker/installed", summary: "Docker 26.1 is installed" } as const;
const failure = {
  code: "step/action-failed",
  message: "apt-get ended with 100",
  step: "docker/installed",
  remedy: "",
  details: [],
} as const;

function stageWith(hosts: string[], ...events: readonly [number, Event][]): LiveStage {
  const stage = openStage({ kind: "stage-started", stage: "prepare", title: "Prepare the hosts", hosts, at: noon });
  for (const [seconds, event] of events) follow(stage, at(seconds, event));
  return stage;
}

const started = (host: string, seconds = 0): [number, Event] => [seconds, { kind: "change-started", host, ...docker }];
const finished = (host: string): [number, Event] => [9, { kind: "change-finished", host, ...docker, tookMs: 9000 }];
const failed = (host: string): [number, Event] => [9, { kind: "failed", failure: { ...failure, host } }];

function drawn(stage: LiveStage, options: Partial<Parameters<typeof frame>[1]> = {}): readonly string[] {
  return frame(stage, {
    columns: 80,
    rows: 20,
    now: noon + 45_000,
    estimate: noEstimate,
    paint: paint(false),
    ...options,
  });
}

describe("a frame", () => {
  test("has a line per host: failed ones first, then those that run, then the done and the waiting", () => {
    const progress: Event = { kind: "progress", host: "h3", step: docker.step, phase: "unpacking", fraction: 0.4 };
    const stage = stageWith(
      names(5),
      started("h2"),
      finished("h2"),
      started("h3"),
      [1, progress],
      started("h5", 5),
      failed("h4"),
    );
    expect(drawn(stage)).toEqual([
      "h4  docker/installed  failed: apt-get ended with 100",
      "h3  docker/installed  unpacking (40 %)  45 s",
      "h5  docker/installed  Docker 26.1 is installed  40 s",
      "h2  1 change done",
      "h1  waiting",
      "0/5 hosts done, 1 failed, 45 s",
    ]);
  });

  test("of fifty hosts never takes more rows than there are, and says how many it leaves out", () => {
    const stage = stageWith(
      names(50),
      ...names(50)
        .slice(30)
        .map((host) => started(host)),
      failed("h7"),
    );
    const lines = drawn(stage, { rows: 10 });
    expect(lines).toHaveLength(10);
    expect(lines[0]).toContain("h7");
    expect(lines[1]).toContain("h31");
    expect(lines.at(-2)).toBe("... and 42 more, 13 of them running");
  });

  test.each([0, 1, 2, 3, 4])("fits into %d rows, should a terminal be that low", (rows) => {
    const note: Event = { kind: "note", level: "warning", message: "careful" };
    const stage = stageWith(names(9), started("h1"), [1, note]);
    expect(drawn(stage, { rows }).length).toBeLessThanOrEqual(Math.max(1, rows));
  });

  test.each([20, 34, 54, 80, 154])("is never wider than %d columns", (columns) => {
    const long = "a-host-with-a-very-long-name-indeed.in-a-domain.example.org";
    const message = "a warning that is longer than the narrowest terminal that anybody would use";
    const stage = stageWith([long, "h2", "h3"], started(long), failed("h2"), [
      1,
      { kind: "note", level: "info", message },
    ]);
    expect(drawn(stage, { columns }).filter((line) => line.length > columns)).toEqual([]);
  });

  test("of whatever stage fits into whatever terminal", () => {
    const pick = randomNumbers(20);
    const words = (most: number): string => "word ".repeat(pick(most));
    for (let round = 0; round < rounds(1500); round += 1) {
      const kinds = ["n", "gpu-node-", "a.very.long.name.example.com-"];
      const hosts = names(1 + pick(60)).map((name) => `${kinds[pick(kinds.length)]}${name}`);
      const broke = (host: string): [number, Event] => {
        const told = { ...failure, host, message: words(40), remedy: words(40), details: [words(50)] };
        return [9, { kind: "failed", failure: told }];
      };
      const state = (host: string) =>
        [started(host, pick(90)), broke(host), finished(host)].slice(0, pick(4)).slice(-1);
      const note: [number, Event] = [1, { kind: "note", level: "warning", message: words(60) }];
      const stage = stageWith(hosts, ...hosts.flatMap(state), ...[note].slice(pick(2)));
      const [columns, rows] = [10 + pick(150), 1 + pick(50)];
      const estimate = () => (pick(2) === 0 ? undefined : pick(4_000_000));
      const lines = drawn(stage, { columns, rows, now: noon + pick(40_000_000), estimate });
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      expect(lines.length).toBeLessThanOrEqual(rows);
    }
  });

  test("leaves out how long it takes before it leaves out what is done", () => {
    const stage = stageWith(["h1"], started("h1"));
    expect(drawn(stage, { columns: 40 })[0]).toMatch(/^h1 {2}docker\/installed {2}D.* {2}45 s$/);
    expect(drawn(stage, { columns: 16 })[0]).toBe("h1  docker/in...");
  });

  test("says how long the stage may still take, or else the slowest step", () => {
    const stage = stageWith(["h1", "h2"], started("h1"), started("h2", 30));
    const estimate = (known: Record<string, number>) => ({ estimate: (id: string) => known[id] });
    expect(drawn(stage, estimate({ prepare: 165_000, "docker/installed": 1 })).at(-1)).toBe(
      "0/2 hosts done, 45 s, about 2 min left",
    );
    expect(drawn(stage, estimate({ "docker/installed": 50_000 })).at(-1)).toBe("0/2 hosts done, 45 s, about 35 s left");
    expect(drawn(stage, estimate({ prepare: 40_000 })).at(-1)).toBe("0/2 hosts done, 45 s, longer than usual");
  });

  const course = { stages: ["look", "prepare", "docker", "rke", "addons"], pending: ["prepare", "docker", "addons"] };
  const inCourse = (...events: [number, Event][]): LiveStage => {
    const hosts = names(4);
    const stage = openStage({ kind: "stage-started", stage: "prepare", title: "P", hosts, at: noon }, course);
    for (const [seconds, event] of events) follow(stage, at(seconds, event));
    return stage;
  };
  const through = (host: string): [number, Event] => [9, { kind: "host-finished", host, stage: "prepare", changes: 1 }];

  test("says how many hosts are through, which stage it is, and what all stages with something to do may still take", () => {
    const known: Record<string, number> = { prepare: 105_000, docker: 120_000, addons: 60_000 };
    const foot = drawn(inCourse(through("h1"), through("h3")), { estimate: (id) => known[id] }).at(-1);
    expect(foot).toBe("2/4 hosts done, stage 2/5, 45 s, about 1 min left (about 4 min in all)");
  });

  test("tells a host that is through without a change from one that still waits", () => {
    const lines = drawn(inCourse([9, { kind: "host-finished", host: "h2", stage: "prepare", changes: 0 }]));
    expect(lines.slice(0, 4)).toEqual(["h2  nothing to do", "h1  waiting", "h3  waiting", "h4  waiting"]);
  });

  test("says no number for all that is left where a single stage of it was never seen", () => {
    const known: Record<string, number> = { prepare: 105_000, addons: 60_000 };
    expect(drawn(inCourse(), { estimate: (id) => known[id] }).at(-1)).toBe(
      "0/4 hosts done, stage 2/5, 45 s, about 1 min left",
    );
    expect(drawn(inCourse()).at(-1)).toBe("0/4 hosts done, stage 2/5, 45 s");
  });

  test("unfolds a failure while others go on: its last lines and what to do", () => {
    const details = ["one", "two", "three", "", "four \u001b[2J"];
    const broken: Event = { kind: "failed", failure: { ...failure, host: "h2", details, remedy: "Free some space." } };
    expect(drawn(stageWith(names(3), started("h1"), [9, broken]))).toEqual([
      "h2  docker/installed  failed: apt-get ended with 100",
      "    | two",
      "    | three",
      "    | four \\x1b[2J",
      "    to do: Free some space.",
      "h1  docker/installed  Docker 26.1 is installed  45 s",
      "h3  waiting",
      "0/3 hosts done, 1 failed, 45 s",
    ]);
  });

  test("unfolds one reason once, however many hosts fail for it and whatever they are called", () => {
    const stage = stageWith(
      names(9),
      ...names(6).map((host): [number, Event] => [
        9,
        { kind: "failed", failure: { ...failure, host, message: `${host} is full`, remedy: `Look at ${host}.` } },
      ]),
    );
    expect(drawn(stage).filter((line) => line.includes("to do:"))).toEqual(["    to do: Look at h1."]);
  });

  test.each([4, 6, 9, 12, 24])(
    "of fifty hosts that fail for different reasons keeps half of %d rows for hosts",
    (rows) => {
      const stage = stageWith(
        names(50),
        ...names(50).map((host, index): [number, Event] => [
          9,
          {
            kind: "failed",
            failure: { ...failure, host, message: `m${index}`, remedy: "do ".repeat(60), details: ["x"] },
          },
        ]),
      );
      const lines = drawn(stage, { rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.filter((line) => line.startsWith("    ")).length).toBeLessThanOrEqual(rows / 2);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test("shows a change that goes on while its host is connected to again", () => {
    const again: Event = { kind: "host-connecting", host: "h1", address: "10.0.0.1" };
    const connected: Event = { kind: "host-connected", host: "h1", tookMs: 1 };
    expect(drawn(stageWith(["h1"], started("h1"), [5, again]))[0]).toBe("h1  docker/installed  connecting again  45 s");
    expect(drawn(stageWith(["h1"], started("h1"), [5, again], [6, connected]))[0]).toBe(
      "h1  docker/installed  Docker 26.1 is installed  45 s",
    );
  });

  test("shows harmlessly what hosts say, and holds no escape codes without colour", () => {
    const evil = "x\u001b[2J\u009b\u202e\ny";
    const progress: Event = { kind: "progress", host: evil, step: docker.step, phase: evil };
    const broken: Event = { kind: "failed", failure: { ...failure, host: "h2", message: evil } };
    const stage = stageWith(
      [evil, "h2"],
      started(evil),
      [1, progress],
      [1, { kind: "note", level: "info", message: evil }],
      [2, broken],
    );
    expect(drawn(stage).join("\n")).not.toMatch(escapes);
    expect(drawn(stage).join("\n")).not.toContain("\u202e");
    expect(stageResult(stage, { width: 80, endsRun: false }).lines.join("\n")).not.toMatch(escapes);
    expect(drawn(stage, { paint: paint(true) }).join("\n")).toContain("\u001b[31m");
  });
});

describe("what stays of a stage", () => {
  const shape = { width: 60, endsRun: false };
  const lines = (stage: LiveStage) => stageResult(stage, shape).lines;
  const over = (tookMs: number): [number, Event] => [
    9,
    { kind: "stage-finished", stage: "prepare", changed: 2, tookMs },
  ];
  const note = (host: string, message: string): [number, Event] => [
    9,
    { kind: "note", level: "warning", host, message },
  ];
  const leftOut = (host: string) => note(host, `left out from here on: ${failure.message}`);

  test("is one line with its changes", () => {
    const stage = stageWith(names(2), started("h1"), finished("h1"), started("h2"), finished("h2"), over(84_000));
    expect(lines(stage)).toEqual(["Prepare the hosts: 2 changes (1 min 24 s)"]);
    expect(lines(stageWith(names(2), over(300)))).toEqual(["Prepare the hosts: nothing to do (0.3 s)"]);
  });

  test("keeps failures and notes in sight", () => {
    const stage = stageWith(names(3), note("h1", "the connection was lost"), failed("h2"));
    expect(stageResult(stage, shape)).toEqual({
      failed: true,
      lines: [
        "Prepare the hosts: failed on 1 of 3 hosts",
        "h2: docker/installed: apt-get ended with 100",
        "h1: the connection was lost",
      ],
    });
  });

  test("counts no hosts where only the machine that Drover runs on has failed", () => {
    const stage = stageWith(["control"], started("control"), failed("control"));
    expect(lines(stage)[0]).toBe("Prepare the hosts: failed");
    expect(footer(stage, { now: stage.startedAt + 3000, estimate: noEstimate })).not.toContain("host");
  });

  test("leaves the failures to the end of the run where the run ends with them, and keeps what was noted besides", () => {
    const stage = stageWith(names(3), note("h1", "the connection was lost"), failed("h2"), failed("h3"));
    expect(stageResult(stage, { ...shape, endsRun: true })).toEqual({
      failed: true,
      lines: ["Prepare the hosts: failed on 2 of 3 hosts", "h1: the connection was lost"],
    });
  });

  test("says once why a host is left out from there on", () => {
    const stage = stageWith(names(3), failed("h2"), leftOut("h2"), failed("h3"), over(9000));
    expect(lines(stage)).toEqual([
      "Prepare the hosts: failed on 2 of 3 hosts (9.0 s)",
      "h3: docker/installed: apt-get ended with 100",
      "h2: left out from here on: apt-get ended with 100",
    ]);
    expect(stageResult(stage, { ...shape, endsRun: true }).lines).toHaveLength(1);
  });

  test("does not take a note about another host, or about something else, for the failure", () => {
    const other = stageWith(names(3), failed("h2"), leftOut("h22"), note("h2", "something else"));
    expect(lines(other)).toContain("h2: docker/installed: apt-get ended with 100");
    expect(stageResult(other, { ...shape, endsRun: true }).lines).toEqual([
      "Prepare the hosts: failed on 1 of 3 hosts",
      "h22: left out from here on: apt-get ended with 100",
      "h2: something else",
    ]);
  });

  test("tells a failure of no host, and takes no note of a host for it", () => {
    const nowhere: [number, Event] = [1, { kind: "failed", failure: { ...failure, message: "no plan" } }];
    const stage = stageWith(names(1), nowhere, note("h1", "no plan"));
    expect(lines(stage).slice(1)).toEqual(["docker/installed: no plan", "h1: no plan"]);
  });

  test("says if it was broken off", () => {
    expect(lines(stageWith(names(2), started("h1")))).toEqual(["Prepare the hosts: broken off"]);
    expect(lines(stageWith(names(2), started("h1"), finished("h1")))).toEqual([
      "Prepare the hosts: broken off after 1 change",
    ]);
  });
});
