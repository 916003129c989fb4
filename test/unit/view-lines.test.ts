import { describe, expect, test } from "vitest";
import type { Event } from "../../src/core/events.ts";
import { type Estimate, noEstimate } from "../../src/view/estimate.ts";
import { createLines } from "../../src/view/lines.ts";
import { at, escapes, FakeClock, utcTime } from "./support/view-support.ts";

function viewed(options: { verbose?: boolean; color?: boolean; estimate?: Estimate } = {}) {
  const clock = new FakeClock();
  let out = "";
  const write = (text: string): void => {
    out += text;
  };
  const base = { write, color: false, verbose: false, clock, estimate: noEstimate, timeOfDay: utcTime };
  const view = createLines({ ...base, ...options });
  /** Says an event at so many seconds after noon. */
  const say = (seconds: number, event: Event): void => {
    clock.to(seconds);
    view.on(at(seconds, event));
  };
  return { clock, view, say, out: () => out, lines: () => out.split("\n").slice(0, -1) };
}

const docker = { host: "h1", step: "docker/installed", summary: "Docker 26.1 is installed" } as const;
const rke = { host: "control", step: "rke/up", summary: "Kubernetes v1.32.3 runs" } as const;
const output = (line: string): Event => ({ kind: "output", host: "h1", step: docker.step, stream: "stdout", line });

function wholeRun(say: (seconds: number, event: Event) => void): void {
  say(0, { kind: "run-started", run: "r1", command: "up", cluster: "demo", hosts: ["h1", "node-2"] });
  say(0, { kind: "host-connecting", host: "h1", address: "10.0.0.1" });
  say(0.2, { kind: "host-connected", host: "h1", tookMs: 200 });
  say(0.6, { kind: "host-asked", host: "h1", probes: 42, tookMs: 350 });
  say(1, { kind: "stage-started", stage: "prepare", title: "Prepare the hosts", hosts: ["h1", "node-2"] });
  const decision = { kind: "change", summaries: [docker.summary] } as const;
  say(1, { kind: "step-decided", host: "h1", step: docker.step, title: "Docker is there", decision });
  say(1, { kind: "change-started", ...docker });
  say(2, output("Get:1 docker.io"));
  say(2, { kind: "progress", host: "h1", step: docker.step, phase: "downloading" });
  say(3, { kind: "progress", host: "h1", step: docker.step, phase: "downloading", fraction: 0.5 });
  say(5, { kind: "progress", host: "h1", step: docker.step, phase: "unpacking", fraction: 0.66 });
  say(5, output("Unpacking docker.io"));
  say(49, { kind: "change-finished", ...docker, tookMs: 48_000 });
  say(50, { kind: "note", level: "warning", host: "node-2", message: "the connection was lost" });
  say(50, { kind: "step-proven", host: "h1", step: docker.step });
  say(51, { kind: "stage-finished", stage: "prepare", changed: 1, tookMs: 50_000 });
  say(51, { kind: "stage-started", stage: "cluster", title: "Bring up the cluster", hosts: ["control"] });
  say(51, { kind: "change-started", ...rke });
  const failure = { code: "cluster/rke-failed", message: "etcd\ndied", ...rke, remedy: "Look.", details: [] } as const;
  say(60, { kind: "failed", failure });
  say(60, { kind: "run-finished", run: "r1", outcome: "failed", changes: 0, tookMs: 60_000 });
}

describe("plain lines", () => {
  test("tell a whole run, one fact a line", async () => {
    const { say, out } = viewed({ estimate: (step) => (step === "docker/installed" ? 42_000 : undefined) });
    wholeRun(say);
    await expect(out()).toMatchFileSnapshot("../golden/view-lines.golden.txt");
  });

  const found = (of: Partial<Event & { kind: "check-found" }> = {}): Event => ({
    kind: "check-found",
    check: "disk/var",
    severity: "blocking",
    verdict: "found",
    hosts: ["h1", "h2"],
    evidence: "/var has 40 MiB free",
    fix: "Make room.",
    skipped: false,
    ...of,
  });
  const told = (command: string, events: readonly Event[], verbose = false): readonly string[] => {
    const { say, lines } = viewed({ verbose });
    say(0, { kind: "run-started", run: "r1", command, cluster: "demo", hosts: ["h1", "h2"] });
    for (const event of events) say(1, event);
    return lines().slice(1);
  };

  test("tell of a check what it found, and what of that keeps nobody from going on", () => {
    const findings = [
      found(),
      found({ severity: "warning", hosts: [] }),
      found({ verdict: "unknown" }),
      found({ skipped: true }),
      found({ fixedByUp: "os/swap-off" }),
    ];
    expect(told("check", findings)).toEqual([
      "12:00:01 h1,h2  disk/var  blocking: /var has 40 MiB free",
      "12:00:01        disk/var  warning: /var has 40 MiB free",
      "12:00:01 h1,h2  disk/var  unknown: /var has 40 MiB free",
      "12:00:01 h1,h2  disk/var  blocking, left out: /var has 40 MiB free",
      "12:00:01 h1,h2  disk/var  blocking, up puts it right: /var has 40 MiB free",
    ]);
  });

  test("leave the findings of another command to what it says itself, unless all is wanted", () => {
    expect(told("up", [found()])).toEqual([]);
    expect(told("up", [found()], true)).toEqual(["12:00:01 h1,h2  disk/var  blocking: /var has 40 MiB free"]);
  });

  test("never let a finding of a host forge a line", () => {
    expect(told("check", [found({ evidence: "a\n12:00:02 all is well\u001b[2J" })])).toHaveLength(1);
  });

  test("tell with --verbose what was asked, decided and printed too", async () => {
    const { say, out } = viewed({ verbose: true });
    wholeRun(say);
    await expect(out()).toMatchFileSnapshot("../golden/view-lines-verbose.golden.txt");
  });

  test("hold no escape codes without colour, and some with it", () => {
    const plain = viewed({ verbose: true });
    wholeRun(plain.say);
    const colored = viewed({ color: true });
    wholeRun(colored.say);
    expect(plain.out()).not.toMatch(escapes);
    expect(colored.out()).toContain("\u001b[31m");
  });

  test("give no sign of life while there is news", () => {
    const { say, lines } = viewed();
    say(0, { kind: "change-started", ...docker });
    for (const seconds of [10, 20, 30]) {
      say(seconds, { kind: "progress", host: "h1", step: docker.step, phase: `part ${seconds}` });
    }
    expect(lines().filter((line) => line.includes("still"))).toEqual([]);
  });

  test("give one every 15 s of silence, with the last line of output, and no more often", () => {
    const { say, clock, lines } = viewed();
    say(0, { kind: "change-started", ...docker });
    for (let second = 1; second <= 14; second += 1) say(second, output(`line ${second}`));
    clock.to(46);
    expect(lines().slice(1)).toEqual([
      "12:00:15 h1  docker/installed  still running, 15 s, last: line 14",
      "12:00:30 h1  docker/installed  still running, 30 s, last: line 14",
      "12:00:45 h1  docker/installed  still running, 45 s, last: line 14",
    ]);
  });

  test("say about how long it will still take, and when it takes longer than usual", () => {
    const { say, clock, lines } = viewed({ estimate: () => 40_000 });
    say(0, { kind: "change-started", ...docker });
    clock.to(46);
    expect(lines().map((line) => line.slice(9))).toEqual([
      "h1  docker/installed  begin: Docker 26.1 is installed, about 40 s",
      "h1  docker/installed  still running, 15 s, about 25 s left",
      "h1  docker/installed  still running, 30 s, about 10 s left",
      "h1  docker/installed  still running, 45 s, longer than usual",
    ]);
  });

  test("give one sign of life for all hosts together", () => {
    const { say, clock, lines } = viewed();
    for (const host of ["h1", "h2", "h3"]) say(0, { kind: "change-started", ...docker, host });
    clock.to(15);
    expect(lines().slice(3)).toEqual(["12:00:15 h1  docker/installed  still running, 15 s, on 2 more too"]);
  });

  test("name a host that does not answer", () => {
    const { say, clock, lines } = viewed();
    say(0, { kind: "host-connecting", host: "h2", address: "10.0.0.2" });
    clock.to(15);
    expect(lines()).toEqual(["12:00:15 h2  still connecting to 10.0.0.2, 15 s"]);
  });

  test("fall silent when nothing runs, and leave no timer behind", async () => {
    const { say, clock, view, out } = viewed();
    say(0, { kind: "change-started", ...docker });
    say(1, { kind: "change-finished", ...docker, tookMs: 1000 });
    const before = out();
    clock.to(300);
    expect(out()).toBe(before);
    await view.end();
    expect(clock.ticking).toBe(false);
  });

  test("show harmlessly what hosts say, in every place where they can say it", () => {
    const { say, clock, out } = viewed({ verbose: true });
    const evil = "a\u001b[2J\u009b\rb\u202e\nc";
    say(0, { kind: "change-started", host: evil, step: docker.step, summary: evil });
    say(1, { kind: "progress", host: evil, step: docker.step, phase: evil });
    say(1, { kind: "output", host: evil, step: docker.step, stream: "stderr", line: evil });
    say(1, { kind: "note", level: "info", host: evil, message: evil });
    clock.to(20);
    expect(out()).not.toMatch(escapes);
    expect(out()).not.toContain("\u202e");
    expect(out().split("\n")).toHaveLength(6);
  });

  test("cut the last line of a command that prints without end", () => {
    const { say, clock, lines } = viewed();
    say(0, { kind: "change-started", ...docker });
    say(0, output("x".repeat(10_000)));
    clock.to(15);
    expect(lines()[1]?.length).toBeLessThan(200);
  });

  test("do not end the run when nobody reads them any more", () => {
    const clock = new FakeClock();
    const write = (): void => {
      throw new Error("EPIPE");
    };
    const view = createLines({ write, color: false, verbose: false, clock, estimate: noEstimate });
    expect(() => view.on(at(0, { kind: "change-started", ...docker }))).not.toThrow();
    expect(() => clock.to(60)).not.toThrow();
  });
});
