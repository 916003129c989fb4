import {
  DefaultRenderer,
  Listr,
  type ListrDefaultRendererLogLevels,
  ListrLogger,
  ProcessOutput,
  Spinner,
} from "listr2";
import type { Clock } from "./clock.ts";
import type { Paint } from "./paint.ts";
import type { StageResult } from "./stage-result.ts";

/** One stage on the terminal. */
export interface ListrStage {
  readonly title: string;
  readonly stream: NodeJS.WriteStream;
  readonly paint: Paint;
  readonly clock: Clock;
  /** The lines below the title, now. */
  readonly frame: () => readonly string[];
  /** Settles when the stage is over; never rejects. */
  readonly result: Promise<StageResult>;
}

/** Whether this is a terminal was asked by the caller, of the stream it gave; listr2 would ask process.stdout. */
class TerminalRenderer extends DefaultRenderer {
  static override readonly nonTTY = true;

  /** listr2 indents all lines of an output but the first, as if they continued it; a frame's lines stand for themselves. */
  protected override format(message: string, icon: string, level: number): string[] {
    if (level === 0) return super.format(message, icon, level);
    return message.split("\n").flatMap((line) => super.format(line, icon, level));
  }
}

/** A terminal at the end of a slow line holds up all else while it is written to: this part of the time at most. */
const shareOfTime = 1 / 5;

/** Turns by the clock that was passed in, and has the frame drawn anew each time, as often as the line carries it. */
class ClockSpinner extends Spinner {
  readonly #clock: Clock;
  readonly #onTick: () => void;
  #stop: (() => void) | undefined;

  constructor(clock: Clock, onTick: () => void) {
    super();
    this.#clock = clock;
    this.#onTick = onTick;
  }

  override isRunning(): boolean {
    return this.#stop !== undefined;
  }

  override start(draw?: () => void, interval = 100): void {
    let quietUntil = 0;
    this.#stop = this.#clock.every(interval, () => {
      const began = this.#clock.stopwatch();
      if (began < quietUntil) return;
      this.spin();
      this.#onTick();
      draw?.();
      quietUntil = began + (this.#clock.stopwatch() - began) / shareOfTime;
    });
  }

  override stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}

/** The part of listr2's running task that is used. */
interface Live {
  title: string;
  get output(): string | undefined;
  set output(text: string | null);
}

/** Draws one stage until its result is there, leaves that on the screen, and gives the terminal back. Never rejects. */
export async function drawStage(stage: ListrStage): Promise<void> {
  let refresh = (): void => undefined;
  const spinner = new ClockSpinner(stage.clock, () => refresh());
  const task = async (_: unknown, live: Live): Promise<void> => {
    refresh = () => {
      const text = stage.frame().join("\n");
      if (text !== live.output) live.output = text;
    };
    refresh();
    const { failed, lines } = await stage.result;
    // First, because frame and result together could be higher than the terminal.
    live.output = null;
    // A failed task shows its error in place of its title.
    if (failed) throw new Error(lines.join("\n"));
    live.title = lines.join("\n");
  };
  const list = new Listr([{ title: stage.title, task }], {
    renderer: TerminalRenderer,
    rendererOptions: { ...rendererOptions(stage), spinner },
    registerSignalListeners: false,
    exitOnError: false,
  });
  await list.run().catch(() => spinner.stop());
}

function rendererOptions({ stream, paint }: ListrStage) {
  const format = (color: (text: string) => string) => (text?: string) => color(text ?? "");
  const yellow = format(paint.yellow);
  return {
    logger: new ListrLogger<ListrDefaultRendererLogLevels>({
      processOutput: new ProcessOutput(stream, stream, { leaveEmptyLine: false }),
      toStderr: [],
    }),
    formatOutput: "truncate",
    icon: { OUTPUT: "" },
    // All that can occur are named: the ones that listr2 would fill in ask process.stdout whether it has colours.
    color: { PENDING: yellow, COMPLETED: format(paint.green), FAILED: format(paint.red), WAITING: yellow },
  } as const;
}
