import { DroverError } from "../core/errors.ts";

/** What Ctrl-C means. */
export interface Interrupt {
  /** True after the first one: the running action ends, no further one starts. */
  readonly stopping: () => boolean;
  /** Rejects with `cli/cancelled` at the second one: leave at once. */
  readonly insisted: Promise<never>;
  /** Calls back at the first one, in place of a line on stderr, which a live view would draw over; until undone. */
  readonly onFirst: (callback: () => void) => () => void;
}

/** What is said at the first Ctrl-C. */
export const stoppingMessage = "Stopping after the running action; Ctrl-C again to leave at once.";

/** One key press reaches us twice where a parent, such as npm or timeout, passes on what the terminal sent already. In ms. */
const echoMs = 300;

/** Listens for SIGINT and SIGTERM. `now` is in ms. */
export function createInterrupt(source: NodeJS.Process, now: () => number): Interrupt {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  const listeners = new Set<() => void>();
  const insisted = new Promise<never>((_, reject) => {
    const heard = (): void => {
      // Since the last that counted: else whoever hammers on the keys, or holds them down, would never be heard.
      if (now() - last < echoMs) return;
      last = now();
      count += 1;
      if (count === 1 && listeners.size === 0) source.stderr.write(`\n${stoppingMessage}\n`);
      if (count === 1) for (const listener of listeners) listener();
      if (count > 1)
        reject(
          new DroverError("cli/cancelled", "left at once, as asked", {
            remedy: "Run the command again: it goes on from what is there.",
          }),
        );
    };
    source.on("SIGINT", heard);
    source.on("SIGTERM", heard);
  });
  // Nobody may be waiting yet when it rejects.
  insisted.catch(() => undefined);
  const onFirst = (callback: () => void): (() => void) => {
    listeners.add(callback);
    return () => listeners.delete(callback);
  };
  return { stopping: () => count > 0, insisted, onFirst };
}
