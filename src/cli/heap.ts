import { setFlagsFromString } from "node:v8";

/** From so many hosts on memory counts for more than 50 ms of collecting garbage. */
const manyHosts = 200;

/**
 * Where there are many hosts, keeps the part of the heap for new objects at the size that it has, and collects old ones once there is
 * half as much again. Each login leaves buffers which are freed only when the one part is full, or, if they lived through that, when
 * the other has grown: of a thousand hosts 11 MB are kept, and the process had 290 MiB (docs/performance.md).
 */
export function boundHeap(hosts: number, setFlag: (flag: string) => void = setFlagsFromString): void {
  if (hosts < manyHosts) return;
  setFlag("--semi-space-growth-factor=1");
  setFlag("--heap-growing-percent=50");
}
