import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { journalText } from "../unit/support/run-events.ts";
import { at } from "../unit/support/view-support.ts";
import { Workplace } from "./drover.ts";
import { docker, failure, hosts } from "./fifty-hosts.ts";
import { keys, Terminal } from "./terminal.ts";

/** The live view in a real pseudo-terminal, drawn by a real terminal emulator: the program plays a journal again. */
let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

/** Fifty hosts in one stage after another; the second one goes on for as long as anybody looks. */
const events: readonly Stamped[] = [
  at(0, { kind: "run-started", run: "r", command: "up", cluster: "demo", hosts }),
  ...hosts.map((host) => at(0, { kind: "host-connecting", host, address: "10.0.0.1" })),
  ...hosts.map((host) => at(1, { kind: "host-asked", host, probes: 9, tookMs: 9 })),
  at(1, { kind: "stages-ahead", stages: ["os", "docker", "rke"], pending: ["os", "docker", "rke"] }),
  at(1, { kind: "stage-started", stage: "os", title: "Prepare the hosts", hosts }),
  ...hosts.map((host) => at(1, { kind: "host-finished", host, stage: "os", changes: 0 })),
  at(1, { kind: "stage-finished", stage: "os", changed: 0, tookMs: 500 }),
  at(1, { kind: "stage-started", stage: "docker", title: "Install Docker", hosts }),
  ...hosts.map((host) => at(1, { kind: "change-started", host, ...docker })),
  ...hosts.slice(0, 5).map((host) => at(1, { kind: "host-finished", host, stage: "docker", changes: 1 })),
  at(1, { kind: "failed", failure }),
  ...Array.from({ length: 600 }, (_, index) =>
    at(2 + index, { kind: "progress", host: "worker-20", step: docker.step, phase: `unpacking ${"x".repeat(index)}` }),
  ),
];

function play(columns: number, rows: number, env: Readonly<Record<string, string>> = {}): Terminal {
  place.write(".drover/runs/20261121-120000-aaaa.jsonl", journalText(events));
  const words = ["logs", "--live", "--speed", "4"];
  return new Terminal(words, { cwd: place.dir, home: place.dir, columns, rows, env });
}

const footer = /5\/50 hosts done, 1 failed, stage 2\/3, \d+ s/;

/** What must be so of every picture of the second stage. */
function expectWhole(terminal: Terminal): void {
  const picture = terminal.visible();
  const text = picture.join("\n");
  expect(text.match(/Install Docker/g), text).toHaveLength(1);
  expect(text.match(/hosts done/g), text).toHaveLength(1);
  expect(text.match(/worker-07/g), text).toHaveLength(1);
  expect(terminal.pale()).toBe("");
}

async function leave(terminal: Terminal): Promise<void> {
  terminal.type(keys.ctrlC);
  await terminal.ended;
}

describe("the live view in a real terminal", () => {
  it.each([
    [80, 24],
    [160, 50],
    [60, 12],
  ])(
    "shows fifty hosts in %d x %d: what is over folded, a failure unfolded as it happens, how far it is",
    async (columns, rows) => {
      const terminal = play(columns, rows);
      await terminal.until((screen) => footer.test(screen), "the footer");
      await terminal.shows("to do: Free some space");
      expectWhole(terminal);
      expect(terminal.screen()).toContain("    | No space left on device");
      expect(terminal.screen()).toMatch(/✔ Prepare the hosts: nothing to do/);
      expect(terminal.screen()).toMatch(/\.\.\. and \d+ more, \d+ of them running/);
      await leave(terminal);
      expect(terminal.screen().match(/Prepare the hosts/g)).toHaveLength(1);
      expect(terminal.screen()).not.toContain("hosts done");
    },
  );

  it("is whole again after its window was made wider and higher, and smaller", async () => {
    const terminal = play(80, 24);
    await terminal.until((screen) => footer.test(screen), "the footer");
    for (const [columns, rows] of [
      [150, 45],
      [70, 15],
      [100, 30],
    ] as const) {
      terminal.resize(columns, rows);
      const seconds = Number(/(\d+) s$/m.exec(terminal.visible().find((line) => footer.test(line)) ?? "")?.[1] ?? 0);
      await terminal.until((screen) => {
        const now = /stage 2\/3, (\d+) s/.exec(screen.slice(screen.lastIndexOf("hosts done")));
        return Number(now?.[1] ?? 0) > seconds + 3;
      }, "a picture drawn after the change");
      expectWhole(terminal);
      expect(terminal.visible().filter((line) => line.length > columns)).toEqual([]);
    }
    await leave(terminal);
    expect(terminal.visible().join("\n")).not.toContain("hosts done");
  });

  it.each([
    ["of 20 columns", 20, {}],
    ["that is dumb", 80, { TERM: "dumb" }],
  ])("gives way to lines in a terminal %s, which holds no codes at all", async (_, columns, env) => {
    const terminal = play(columns, 24, env);
    await terminal.until((screen) => screen.replaceAll("\n", "").includes("FAILED host/disk-full"), "the failure");
    expect(terminal.screen().replaceAll("\n", "")).toContain("Prepare the hosts: nothing to do");
    expect(terminal.moved).toBe(false);
    await leave(terminal);
  });

  it("has no colours with NO_COLOR, and the same picture", async () => {
    const terminal = play(80, 24, { NO_COLOR: "1" });
    await terminal.until((screen) => footer.test(screen), "the footer");
    expectWhole(terminal);
    await leave(terminal);
    expect(terminal.colours()).toEqual([]);
  });
});
