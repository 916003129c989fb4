import type { Stamped } from "../core/events.ts";
import type { Clock } from "./clock.ts";
import type { Listener } from "./listener.ts";

/** How a journal is played again. */
export interface ReplayOptions {
  /** So many times as fast as it was; Infinity without any waiting. */
  readonly speed: number;
  /** Resolves after so many ms. */
  readonly sleep: (ms: number) => Promise<void>;
  /** True once the operator wants no more. */
  readonly stopping: () => boolean;
}

/** Nobody waits longer than this for the next event of the past, in ms. */
const longestWait = 1000;

/** The time of a journal that is played: it stands at the event that was told last. */
export interface ReplayClock extends Clock {
  readonly set: (at: number) => void;
}

/** A clock that shows the past. The rest is real time, so that what is drawn is drawn, as often as the line carries it. */
export function createReplayClock(real: Omit<Clock, "now">): ReplayClock {
  let at = 0;
  return {
    now: () => at,
    ...real,
    set: (moment) => {
      at = moment;
    },
  };
}

/** Tells a view the events of the past, in order, at the pace that is wanted. Ends the view. */
export async function replay(
  events: readonly Stamped[],
  view: Listener,
  clock: ReplayClock,
  { speed, sleep, stopping }: ReplayOptions,
): Promise<void> {
  let before = events[0]?.at ?? 0;
  for (const event of events) {
    if (stopping()) break;
    const wait = Math.min(longestWait, Math.max(0, event.at - before) / speed);
    if (wait > 0) await sleep(wait);
    before = event.at;
    clock.set(event.at);
    view.on(event);
  }
  await view.end();
}
