/** A time limit that does not run while a person thinks. */
export interface Deadline {
  /** Stops the clock until `work` has ended. */
  readonly pausedFor: <T>(work: () => Promise<T>) => Promise<T>;
  /** Starts the time anew: something was heard. */
  readonly again: () => void;
  readonly clear: () => void;
}

/** How often the time may be started anew: a host that only ever drips is given up too. */
const mostAgain = 20;

/** Calls `late` after so many ms, unless cleared or started anew. */
export function startDeadline(ms: number, late: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(late, ms);
  };
  let cleared = false;
  let paused = false;
  let left = mostAgain;
  start();
  return {
    pausedFor: async (work) => {
      clearTimeout(timer);
      paused = true;
      try {
        return await work();
      } finally {
        paused = false;
        if (!cleared) start();
      }
    },
    again: () => {
      if (cleared || paused || left === 0) return;
      left -= 1;
      clearTimeout(timer);
      start();
    },
    clear: () => {
      cleared = true;
      clearTimeout(timer);
    },
  };
}
