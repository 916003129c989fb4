import { setTimeout } from "node:timers/promises";
import type { PracticeCluster } from "./practice-cluster.ts";

/**
 * Asks until the answer is as it must be, three times in a row: what runs comes and goes for a while where members or nodes come
 * back. After a quarter of an hour it fails, and says what the last answer was.
 */
export async function until<T>(what: string, ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<void> {
  const deadline = Date.now() + 900_000;
  for (let inRow = 0; inRow < 3; ) {
    await setTimeout(3000);
    const answer = await ask();
    inRow = isSo(answer) ? inRow + 1 : 0;
    if (inRow === 0 && Date.now() > deadline)
      throw new Error(`${what} did not come within 15 minutes; the last answer was ${JSON.stringify(answer)}`);
  }
}

/**
 * Waits until `up`, which here may change nothing, finds nothing to do and nothing to wait for: what `plan` saw a moment before
 * says nothing of that.
 */
export function untilCalm(place: PracticeCluster): Promise<void> {
  return until(
    "calm",
    async () => ({ ran: await place.drover("up"), last: place.lastRun().at(-1) }),
    ({ ran, last }) => ran.code === 0 && last?.kind === "run-finished" && last.outcome === "nothing-to-do",
  );
}
