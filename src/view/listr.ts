import type { Stamped } from "../core/events.ts";
import { printable } from "../core/printable.ts";
import type { Clock } from "./clock.ts";
import type { Estimate } from "./estimate.ts";
import { frame } from "./frame.ts";
import { harmless, type Listener } from "./listener.ts";
import { drawStage } from "./listr-stage.ts";
import { type Course, follow, type LiveStage, openStage } from "./live-stage.ts";
import { paint } from "./paint.ts";
import { type StageResult, stageResult } from "./stage-result.ts";
import { createTally } from "./tally.ts";

/** What the live view needs. */
export interface ListrOptions {
  /** A terminal at least 60 columns wide; nothing else is written to. */
  readonly stream: NodeJS.WriteStream;
  readonly color: boolean;
  readonly clock: Clock;
  readonly estimate: Estimate;
}

/** Rows that are not the frame's: the title, the line the cursor stands in, and one to spare. */
const otherRows = 3;

/** Columns that are not the frame's: listr2's indentation and its margin. */
const otherColumns = 6;

/**
 * The view for a terminal: the stage that goes on with a line per host, above it a line per stage that is over, and at
 * the end the summary.
 * `end` also makes way for a question: it resolves when nothing is drawn any more, and an event after it draws again.
 */
export function createListr(options: ListrOptions): Listener {
  const screen = createScreen(options);
  const tally = createTally();
  let course: Course | undefined;
  const handle = (event: Stamped): void => {
    const summary = tally.on(event);
    if (event.kind === "stages-ahead") course = event;
    if (event.kind === "stage-started") screen.open(openStage(event, course));
    else if (event.kind === "host-connecting" && screen.current() === undefined) screen.open(openStage(event));
    const stage = screen.current();
    if (stage !== undefined) follow(stage, event);
    // Of one on which a host failed it is seen next whether the run goes on without it.
    if (event.kind === "stage-finished" && stage?.failures.length === 0) screen.close(false);
    if (event.kind === "run-finished") screen.close(event.outcome === "failed");
    if (summary !== undefined) screen.print(summary);
  };
  return {
    on: harmless(handle),
    async end() {
      screen.close(false);
      await screen.idle();
    },
  };
}

/** What is on the terminal, one thing after the other. */
interface Screen {
  readonly current: () => LiveStage | undefined;
  /** Draws a stage once all before it is drawn; closes the current one. */
  readonly open: (stage: LiveStage) => void;
  /** Folds the current stage, if there is one. `endsRun`: the run failed with it. */
  readonly close: (endsRun: boolean) => void;
  /** A line that stays, below the stages that were folded. */
  readonly print: (line: string) => void;
  readonly idle: () => Promise<void>;
}

function createScreen(options: ListrOptions): Screen {
  let current: { stage: LiveStage; finish: (result: StageResult) => void } | undefined;
  let drawn = Promise.resolve();
  const next = (draw: () => Promise<void> | void): void => {
    drawn = drawn.then(draw).catch(() => undefined);
  };
  const close = (endsRun: boolean): void => {
    current?.finish(stageResult(current.stage, { width: columnsOf(options), endsRun }));
    current = undefined;
  };
  return {
    current: () => current?.stage,
    close,
    open(stage) {
      close(false);
      const { promise, resolve } = Promise.withResolvers<StageResult>();
      current = { stage, finish: resolve };
      next(() => drawStage(drawing(stage, options, promise)));
    },
    print(line) {
      next(() => void options.stream.write(`${paint(options.color).bold(line)}\n`));
    },
    idle: () => drawn,
  };
}

function drawing(stage: LiveStage, options: ListrOptions, result: Promise<StageResult>) {
  const { stream, clock, estimate } = options;
  const colors = paint(options.color);
  const now = (): readonly string[] =>
    frame(stage, {
      columns: columnsOf(options),
      rows: Math.max(1, (stream.rows || 24) - otherRows),
      now: clock.now(),
      estimate,
      paint: colors,
    });
  return { title: printable(stage.title), stream, clock, paint: colors, frame: now, result };
}

function columnsOf({ stream }: ListrOptions): number {
  return Math.max(20, (stream.columns || 80) - otherColumns);
}
