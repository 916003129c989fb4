import type { Stamped } from "../core/events.ts";
import { printable } from "../core/printable.ts";
import { type Clock, timeOfDay } from "./clock.ts";
import { about, elapsed } from "./duration.ts";
import type { Estimate } from "./estimate.ts";
import { type Line, lineOf } from "./line-text.ts";
import { harmless, type Listener } from "./listener.ts";
import { paint } from "./paint.ts";
import { createRunning, phaseOf, type Running, type RunningTable } from "./running.ts";
import { createTally } from "./tally.ts";

/** What the plain view needs. */
export interface LinesOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Every line of output, every answer. */
  readonly verbose: boolean;
  readonly clock: Clock;
  readonly estimate: Estimate;
  /** How a time is written; the operator's time zone if not given. */
  readonly timeOfDay?: (at: number) => string;
}

/** After so much silence, and no sooner, a line says that work goes on. */
const heartbeatMs = 15_000;

/** Of a command's newest line so much is shown. */
const lastWidth = 100;

/** The view for logs and CI: `HH:MM:SS host  step  text`, one fact a line, and a sign of life after 15 s of silence. */
export function createLines(options: LinesOptions): Listener {
  const { clock, estimate } = options;
  const running = createRunning();
  const show = createWriter(options);
  const linesOf = createTeller(options, running);
  let printedAt = clock.now();
  let stop: (() => void) | undefined;
  const print = (line: Line, at: number): void => {
    printedAt = at;
    show(line, at);
  };
  const beat = (): void => {
    const now = clock.now();
    const [oldest, ...others] = running.all();
    if (oldest !== undefined && now - printedAt >= heartbeatMs)
      print(heartbeat(oldest, { now, others, estimate }), now);
  };
  return {
    on: harmless((event) => {
      const lines = linesOf(event);
      running.on(event);
      for (const line of lines) print(line, event.at);
      stop ??= clock.every(1000, () => harmless(beat)(event));
    }),
    async end() {
      stop?.();
      stop = undefined;
    },
  };
}

/** What is said of an event: its line, unless it is a phase that was told already, and at the end the summary. */
function createTeller({ verbose, estimate }: LinesOptions, running: RunningTable): (event: Stamped) => readonly Line[] {
  const titles = new Map<string, string>();
  const tally = createTally();
  let isCheck = false;
  const titleOf = (stage: string): string => titles.get(stage) ?? stage;
  return (event) => {
    if (event.kind === "run-started") isCheck = event.command === "check";
    if (event.kind === "stage-started") titles.set(event.stage, event.title);
    const told = event.kind === "progress" && running.get(event.host, event.step)?.phase === event.phase;
    const line = told ? undefined : lineOf(event, { verbose, isCheck, estimate, titleOf });
    const text = tally.on(event);
    const summary: Line | undefined = text === undefined ? undefined : { host: "", step: "", text, color: "bold" };
    return [line, summary].filter((each) => each !== undefined);
  };
}

function createWriter({ write, color, ...options }: LinesOptions): (line: Line, at: number) => void {
  // Of the longest name so far, so that the columns of most lines stand below one another.
  let hostWidth = 0;
  const colors = paint(color);
  const time = options.timeOfDay ?? timeOfDay;
  return ({ host, step, text, color: name }, at) => {
    hostWidth = Math.min(20, Math.max(hostWidth, host.length));
    const place = host === "" && step === "" ? [] : [printable(host).padEnd(hostWidth), printable(step)];
    const body = [...place, printable(text)].filter((part) => part !== "").join("  ");
    write(`${time(at)} ${name === undefined ? body : colors[name](body)}\n`);
  };
}

interface Beat {
  readonly now: number;
  readonly others: readonly Running[];
  readonly estimate: Estimate;
}

function heartbeat(running: Running, { now, others, estimate }: Beat): Line {
  const took = now - running.since;
  const usual = estimate(running.step);
  const hosts = others.filter((other) => other.step === running.step).length;
  const parts = [
    running.step === "connecting" ? `still connecting ${running.summary}` : "still running",
    elapsed(took),
    usual === undefined ? undefined : remaining(usual - took),
    hosts > 0 ? `on ${hosts} more too` : undefined,
    phaseOf(running),
    running.last === undefined ? undefined : `last: ${printable(running.last).trim().slice(0, lastWidth)}`,
  ];
  const text = parts.filter((part) => part !== undefined).join(", ");
  return { host: running.host, step: running.step === "connecting" ? "" : running.step, text, color: "dim" };
}

/** What is left of an estimate, which may be used up. */
export function remaining(leftMs: number): string {
  return leftMs > 0 ? `${about(leftMs)} left` : "longer than usual";
}
