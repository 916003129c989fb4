/** A part that is done: what it weighs and what it took, in seconds. */
export interface Taken {
  readonly weight: number;
  readonly took: number;
}

/** Below this weight, what was measured says little about the machine. */
const enoughWeight = 20;

/** How many times slower than the reference this machine is; 1 until enough has been measured. */
export function slowness(done: readonly Taken[]): number {
  const weight = done.reduce((sum, part) => sum + part.weight, 0);
  const took = done.reduce((sum, part) => sum + part.took, 0);
  return weight < enoughWeight ? 1 : Math.min(8, Math.max(0.05, took / weight));
}

/** About how many seconds are left. A part that takes longer than expected counts as nearly done, never as negative. */
export function secondsLeft(state: {
  readonly done: readonly Taken[];
  readonly current: { readonly weight: number; readonly elapsed: number };
  readonly ahead: readonly number[];
}): number {
  const factor = slowness(state.done);
  const expected = state.current.weight * factor;
  const current = Math.max(expected - state.current.elapsed, expected / 20);
  return Math.ceil(current + factor * state.ahead.reduce((sum, weight) => sum + weight, 0));
}

/** A length of time as people say it: "40 s", "12 min". */
export function aboutLong(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
