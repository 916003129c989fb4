/** Time, as it enters the views from outside. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Calls back every `ms` until the returned function is called. Must not keep the process alive. */
  every(ms: number, callback: () => void): () => void;
}

/** `HH:MM:SS` of the operator's time zone. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
