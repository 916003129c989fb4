/** Time, as it enters the views from outside. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** ms that really pass, from any beginning: how long something took. */
  stopwatch(): number;
  /** Calls back every `ms` until the returned function is called. Must not keep the process alive. */
  every(ms: number, callback: () => void): () => void;
}

const two = (part: number): string => String(part).padStart(2, "0");

/** `2026-11-21 10:22` of the operator's time zone. */
export function dateAndTime(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${timeOfDay(at).slice(0, 5)}`;
}

/** `HH:MM:SS` of the operator's time zone. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map(two).join(":");
}
