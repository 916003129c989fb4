import { control } from "../core/cluster.ts";
import { count } from "./wrap.ts";

/** Whether that is the machine that Drover runs on alone, where there is nothing to count. */
export function isHere(names: readonly string[]): boolean {
  return names.every((name) => name === control.name);
}

/** Where something is, by the hosts' names, each counted once: `3 hosts`, `3 hosts and this machine`, `this machine`. */
export function places(names: Iterable<string>): string {
  const all = new Set(names);
  if (!all.delete(control.name)) return count(all.size, "host");
  return all.size === 0 ? "this machine" : `${count(all.size, "host")} and this machine`;
}
