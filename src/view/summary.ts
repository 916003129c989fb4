import type { Event } from "../core/events.ts";
import { duration } from "./duration.ts";
import { places } from "./places.ts";
import { count } from "./wrap.ts";

/** How a run ended, for its last line. */
export interface RunSummary {
  readonly outcome: Extract<Event, { kind: "run-finished" }>["outcome"];
  readonly changes: number;
  /** Changes that were begun and did not come to their end. */
  readonly unfinished: number;
  /** The hosts that the run was about, or with `changed` those that it changed, by their names. */
  readonly hosts: readonly string[];
  readonly tookMs: number;
}

/** The last line of a run, as a sentence. Pure. */
export function renderSummary({ outcome, changes, unfinished, hosts, tookMs }: RunSummary): string {
  switch (outcome) {
    case "nothing-to-do":
      return `Nothing to do: ${places(hosts)} ${hosts.length === 1 ? "is" : "are"} as the inventory says (${duration(tookMs)}).`;
    case "done":
      return `Done in ${duration(tookMs)}.`;
    case "changed":
      return `${count(changes, "change")} on ${places(hosts)} in ${duration(tookMs)}.`;
    case "pending":
      if (changes === 0) return `Not all is as it should be; nothing was changed (${duration(tookMs)}).`;
      return `${count(changes, "change")} ahead; nothing was changed (${duration(tookMs)}).`;
    case "failed":
      return `Failed after ${duration(tookMs)}; ${soFar(changes, unfinished)}`;
    case "cancelled":
      return `Cancelled after ${duration(tookMs)}; ${soFar(changes, unfinished)}`;
  }
}

function soFar(changes: number, unfinished: number): string {
  const broken = `${count(unfinished, "change")} ${unfinished === 1 ? "was" : "were"} begun and not finished`;
  if (changes === 0) return unfinished === 0 ? "nothing was changed." : `${broken}.`;
  const made = `${count(changes, "change")} ${changes === 1 ? "was" : "were"} made before`;
  const all = unfinished === 0 ? made : `${made}, ${broken}`;
  return `${all}. What is done stays done: the same command goes on from there.`;
}
