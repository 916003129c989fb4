import type { CacheFolders } from "./cache.ts";
import { secondsLeft, type Taken } from "./estimate.ts";
import type { Part } from "./part.ts";
import { type Progress, progressLine, writeProgress } from "./progress.ts";

/** Who is told. */
export interface Listeners {
  readonly folders: CacheFolders;
  readonly say: (line: string) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** The part that is being made, and what is before and behind it; weights in seconds. */
export interface Moment {
  readonly part: Part;
  readonly does: string;
  readonly done: readonly Taken[];
  readonly weight: number;
  readonly ahead: readonly number[];
  readonly startedAt: Date;
}

/** Tells other processes every second, and people at the start of a part and every half minute, how far it is. */
export function showProgress(to: Listeners, moment: Moment): Disposable {
  const started = Date.now();
  const state = (): Progress => ({
    part: moment.part.id,
    does: moment.does,
    index: moment.done.length + 1,
    total: moment.done.length + 1 + moment.ahead.length,
    startedAt: moment.startedAt.toISOString(),
    secondsLeft: secondsLeft({
      done: moment.done,
      current: { weight: moment.weight, elapsed: (Date.now() - started) / 1000 },
      ahead: moment.ahead,
    }),
  });
  const tell = () => {
    const now = state();
    to.onProgress(now);
    void writeProgress(to.folders.progress, now).catch(() => undefined);
  };
  const say = () => to.say(progressLine(state(), new Date()));
  say();
  tell();
  const timers = [setInterval(tell, 1000), setInterval(say, 30_000)];
  return { [Symbol.dispose]: () => timers.forEach(clearInterval) };
}
