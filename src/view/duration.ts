/** A duration in ms as a person says it: `0.6 s`, `45 s`, `1 min 24 s`, `1 h 5 min`. Nonsense counts as 0. */
export function duration(ms: number): string {
  const tenths = Math.round((Number.isFinite(ms) ? Math.max(0, ms) : 0) / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A guess, no finer than guesses are: `about 40 s`, `about 2 min`, `a few seconds`. */
export function about(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 7.5) return "a few seconds";
  if (seconds < 57.5) return `about ${Math.round(seconds / 5) * 5} s`;
  return `about ${duration(Math.max(1, Math.round(seconds / 60)) * 60_000)}`;
}

/** Whole seconds, for what is still running: a tenth that changes all the time only flickers. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 10 ? `${seconds} s` : duration(seconds * 1000);
}
