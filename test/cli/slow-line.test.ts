import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { journalText } from "../unit/support/run-events.ts";
import { at } from "../unit/support/view-support.ts";
import { inventoryAt, Workplace } from "./drover.ts";
import { docker, failure, hosts } from "./fifty-hosts.ts";
import { keys, Terminal, type TerminalOptions } from "./terminal.ts";

/** The live view in a real pseudo-terminal that takes few bytes a second: a picture of it takes a second to get through. */
let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const slow = { columns: 120, rows: 40, rate: 2000 };

/** 400 pictures that all differ, one a second, and then the end. */
const events: readonly Stamped[] = [
  at(0, { kind: "run-started", run: "r", command: "up", cluster: "demo", hosts }),
  at(1, { kind: "stage-started", stage: "docker", title: "Install Docker", hosts }),
  ...hosts.map((host) => at(1, { kind: "change-started", host, ...docker })),
  ...Array.from({ length: 400 }, (_, index) =>
    at(2 + index, { kind: "progress", host: "worker-20", step: docker.step, phase: `unpacking ${index}` }),
  ),
  ...hosts.slice(10).map((host) => at(402, { kind: "change-finished", host, ...docker, tookMs: 401_000 })),
  at(403, { kind: "failed", failure }),
  at(404, { kind: "run-finished", run: "r", outcome: "failed", changes: 40, tookMs: 404_000 }),
];

const eventsMs = 400_000;

function start(words: readonly string[], options: Partial<TerminalOptions>): Terminal {
  const terminal = new Terminal(words, { cwd: place.dir, home: place.dir, ...options });
  onTestFinished(() => terminal.gone());
  return terminal;
}

function play(speed: number): Terminal {
  place.write(".drover/runs/20261121-120000-aaaa.jsonl", journalText(events));
  return start(["logs", "--live", "--speed", `${speed}`], slow);
}

describe("the live view on a slow line", () => {
  it("leaves most of the time to the work, ends soon after it, and then all is said", async () => {
    const speed = 50;
    const terminal = play(speed);
    await terminal.shows("Install Docker");
    const began = performance.now();
    expect(await terminal.ended).toBe(0);
    // It takes twenty times as long where each picture is waited for; 4 leave room for a slow machine, and what is on its way.
    expect(performance.now() - began).toBeLessThan((4 * eventsMs) / speed);
    const screen = terminal.screen();
    expect(screen).toContain("✖ Install Docker: failed on 1 of 50 hosts");
    expect(screen).toMatch(/^Failed after 6 min 44 s/m);
    expect(screen).toContain("Error host/disk-full: There is no space left for the packages");
    for (const line of failure.details) expect(screen).toContain(`    | ${line}`);
    expect(screen).toContain(`  to do:  ${failure.remedy}`);
    expect(screen).not.toContain("hosts done");
    expect(screen.match(/Install Docker/g)).toHaveLength(1);
  });

  it("lets go at Ctrl-C", async () => {
    const speed = 4;
    const terminal = play(speed);
    await terminal.shows("hosts done");
    const began = performance.now();
    terminal.type(keys.ctrlC);
    await terminal.ended;
    expect(performance.now() - began).toBeLessThan(eventsMs / speed / 4);
    expect(terminal.visible().join("\n")).not.toContain("hosts done");
  });

  it("ends a run that failed on fifty hosts with the very text that a fast one has", async () => {
    // Nothing listens there, and no program is given this port by chance.
    place.write("inventory.yaml", inventoryAt(hosts.map(() => 1)));
    const pictures: string[] = [];
    const { rate, ...fastOne } = slow;
    for (const options of [fastOne, { ...fastOne, rate }]) {
      const terminal = start(["up", "--only", "os"], options);
      expect(await terminal.ended).toBe(1);
      pictures.push(terminal.screen().replaceAll(/\d+\.\d s|\d+ s\b|\S+\.jsonl/g, "*"));
    }
    const [fast, late] = pictures;
    expect(fast).toContain("Error ssh/unreachable: ... port 1 refuses the connection");
    expect(fast).toContain("✖ Ask the hosts: failed on 50 of 50 hosts\nFailed after *");
    expect(late).toBe(fast);
  });
});
