import { setFlagsFromString } from "node:v8";

/** From so many hosts on memory counts for more than 50 ms of collecting garbage. */
const manyHosts = 200;

/** From so many hosts on V8 finds much worth optimizing, which with fewer than many takes longer than it gives back. */
const severalHosts = 50;

/** As V8 has them. */
const usual = [
  "--semi-space-growth-factor=2",
  "--heap-growing-percent=0",
  "--invocation-count-for-maglev=400",
] as const;

/**
 * Where there are many hosts, keeps the part of the heap for new objects at the size that it has, and collects old ones once there is
 * half as much again. Each login leaves buffers which are freed only when the one part is full, or, if they lived through that, when
 * the other has grown: of a thousand hosts 11 MB are kept, and the process had 290 MiB (docs/performance.md).
 * Where there are several, only what is called very often is optimized.
 */
export function boundHeap(hosts: number, setFlag: (flag: string) => void = setFlagsFromString): void {
  if (hosts >= severalHosts && hosts < manyHosts) setFlag("--invocation-count-for-maglev=6000");
  if (hosts < manyHosts) return;
  setFlag("--semi-space-growth-factor=1");
  setFlag("--heap-growing-percent=50");
}

/** All flags as they were: V8 takes compiled code only under the flags under which it was kept. */
export function usualFlags(): void {
  for (const flag of usual) setFlagsFromString(flag);
}
