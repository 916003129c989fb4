import type { Stamped } from "../core/events.ts";
import type { Clock } from "./clock.ts";
import type { Estimate } from "./estimate.ts";
import { frame } from "./frame.ts";
import { harmless, type Listener } from "./listener.ts";
import { drawStage } from "./listr-stage.ts";
import { follow, type LiveStage, openStage } from "./live-stage.ts";
import { paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { type StageResult, stageResult } from "./stage-result.ts";

/** What the live view needs. */
export interface ListrOptions {
  /** A terminal at least 60 columns wide; nothing else is written to. */
  readonly stream: NodeJS.WriteStream;
  readonly color: boolean;
  readonly clock: Clock;
  readonly estimate: Estimate;
}

interface Drawn {
  readonly stage: LiveStage;
  readonly finish: (result: StageResult) => void;
}

/** Rows that are not the frame's: the title, the line the cursor stands in, and one to spare. */
const otherRows = 3;

/** Columns that are not the frame's: listr2's indentation and its margin. */
const otherColumns = 6;

/**
 * The view for a terminal: the stage that goes on with a line per host, and above it a line per stage that is over.
 * `end` also makes way for a question: it resolves when nothing is drawn any more, and an event after it draws again.
 */
export function createListr(options: ListrOptions): Listener {
  let current: Drawn | undefined;
  let drawn = Promise.resolve();
  const open = (stage: LiveStage): void => {
    const { promise, resolve } = Promise.withResolvers<StageResult>();
    current = { stage, finish: resolve };
    const draw = (): Promise<void> => drawStage(drawing(stage, options, promise));
    drawn = drawn.then(draw).catch(() => undefined);
  };
  const close = (tookMs: number | undefined): void => {
    if (current === undefined) return;
    current.finish(stageResult(current.stage, tookMs, columnsOf(options)));
    current = undefined;
  };
  const handle = (event: Stamped): void => {
    if (event.kind === "stage-started") {
      close(current === undefined ? undefined : event.at - current.stage.startedAt);
      open(openStage(event));
    } else if (event.kind === "host-connecting" && current === undefined) open(openStage(event));
    if (current === undefined) return;
    follow(current.stage, event);
    if (event.kind === "stage-finished") close(event.tookMs);
    else if (event.kind === "run-finished") close(undefined);
  };
  return {
    on: harmless(handle),
    async end() {
      close(undefined);
      await drawn;
    },
  };
}

function drawing(stage: LiveStage, options: ListrOptions, result: Promise<StageResult>) {
  const { stream, clock, estimate } = options;
  const colors = paint(options.color);
  const now = (): readonly string[] =>
    frame(stage, {
      columns: columnsOf(options),
      rows: Math.max(1, (stream.rows ?? 24) - otherRows),
      now: clock.now(),
      estimate,
      paint: colors,
    });
  return { title: printable(stage.title), stream, clock, paint: colors, frame: now, result };
}

function columnsOf({ stream }: ListrOptions): number {
  return Math.max(20, (stream.columns ?? 80) - otherColumns);
}
