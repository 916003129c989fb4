import { setTimeout as sleep } from "node:timers/promises";
import { DroverError } from "../core/errors.ts";

/** How long is waited before each further try, in seconds: a mirror that hiccups is back at once, one that restarts in a minute. */
const pauses = [2, 20, 60];

/**
 * Does what may fail on the network, with three more tries after longer and longer pauses. `told` hears of each failure before
 * its pause, of so many seconds. A defect of ours, which is no DroverError, is not tried again.
 * @throws what the last try threw
 */
export async function again<T>(
  work: () => Promise<T>,
  told: (failure: DroverError, seconds: number) => void,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  for (const seconds of pauses) {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof DroverError)) throw failure;
      told(failure, seconds);
    }
    await pause(seconds * 1000);
  }
  return await work();
}

/** The failure in one line, as it is told before a pause. */
export function tryingAgain(failure: DroverError, seconds: number): string {
  return `${failure.message} (${failure.details.at(-1) ?? "no output"}); trying again in ${seconds} s`;
}
