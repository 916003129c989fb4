import { asDroverError, DroverError } from "../core/errors.ts";
import type { StepId } from "../core/step.ts";

/** Lets hosts make one change after the other. */
export type InTurn = (at: { readonly host: string; readonly step: StepId }, job: () => Promise<void>) => Promise<void>;

/**
 * Turns for what takes a node of a running cluster away for a while: one host at a time, in the order of asking. Once it
 * failed on one host it is begun on no other: whatever went wrong there would take the cluster down node by node. Being asked
 * to stop is no failure: each job hears of that by itself.
 * @throws what the job throws; DroverError `step/held-back` from all that come after a job that failed
 */
export function createTurns(): InTurn {
  let last: Promise<void> = Promise.resolve();
  let failed: { readonly host: string; readonly error: DroverError } | undefined;
  return ({ host, step }, job) => {
    const turn = last.then(async () => {
      if (failed !== undefined) throw heldBack(failed.host, failed.error).at({ host, step });
      try {
        await job();
      } catch (thrown) {
        const error = asDroverError(thrown);
        if (error.code !== "cli/cancelled") failed = { host, error };
        throw thrown;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

function heldBack(first: string, { code, message }: DroverError): DroverError {
  return new DroverError("step/held-back", `left as it is, because the same failed on ${first}: ${message}`, {
    remedy: `Put ${first} right (${code}), then run the command again: it goes on from here.`,
  });
}
