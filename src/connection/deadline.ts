/** A time limit that does not run while a person thinks. */
export interface Deadline {
  /** Stops the clock until `work` has ended. */
  readonly pausedFor: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clear: () => void;
}

/** Calls `late` after so many ms, unless cleared. */
export function startDeadline(ms: number, late: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(late, ms);
  };
  let cleared = false;
  start();
  return {
    pausedFor: async (work) => {
      clearTimeout(timer);
      try {
        return await work();
      } finally {
        if (!cleared) start();
      }
    },
    clear: () => {
      cleared = true;
      clearTimeout(timer);
    },
  };
}
