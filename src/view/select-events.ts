import type { Stamped } from "../core/events.ts";

/** Which part of a journal is wanted. */
export interface Selection {
  /** Only what concerns this host, and the run as a whole. */
  readonly host?: string | undefined;
  /** Only what failed, and what its step said before. */
  readonly failed?: boolean | undefined;
}

/** The events that were asked for, in their order. Begin and end of the run always stay. Pure. */
export function selectEvents(events: readonly Stamped[], { host, failed }: Selection): readonly Stamped[] {
  const failures = events.flatMap((event) => (event.kind === "failed" ? [event.failure] : []));
  const isOfFailure = (event: Stamped): boolean =>
    "step" in event && failures.some((one) => one.host === event.host && one.step === event.step);
  return events.filter((event) => {
    if (event.kind === "run-started" || event.kind === "run-finished") return true;
    if (host !== undefined && !concerns(event, host)) return false;
    return failed !== true || event.kind === "failed" || isOfFailure(event);
  });
}

/** The names of all hosts that a journal speaks of, the control machine among them. */
export function hostsIn(events: readonly Stamped[]): readonly string[] {
  return [...new Set(events.flatMap(hostsOf))];
}

function concerns(event: Stamped, host: string): boolean {
  return event.kind === "stage-finished" || hostsOf(event).includes(host);
}

function hostsOf(event: Stamped): readonly string[] {
  if (event.kind === "failed") return event.failure.host === undefined ? [] : [event.failure.host];
  if ("hosts" in event) return event.hosts;
  return "host" in event && event.host !== undefined ? [event.host] : [];
}
