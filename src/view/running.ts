import type { Stamped } from "../core/events.ts";

/** Something that has begun on a host and has not ended. */
export interface Running {
  readonly host: string;
  /** The step's id, or `connecting`. */
  readonly step: string;
  readonly summary: string;
  /** When it began, in ms since the epoch. */
  readonly since: number;
  readonly phase: string | undefined;
  /** 0 to 1. */
  readonly fraction: number | undefined;
  /** The newest line of its output, as it came. */
  readonly last: string | undefined;
}

/** A change that goes on without us, after its line was cut or its host rebooted. */
const again = { phase: "connecting again", fraction: undefined };

/** Keeps the account of what runs: at most one thing per host, the newest. */
export interface RunningTable {
  on(event: Stamped): void;
  get(host: string): Running | undefined;
  /** In the order in which they began. */
  all(): readonly Running[];
}

/** An empty table. */
export function createRunning(): RunningTable {
  const byHost = new Map<string, Running>();
  const begin = (host: string, step: string, summary: string, since: number): void => {
    byHost.delete(host);
    byHost.set(host, { host, step, summary, since, phase: undefined, fraction: undefined, last: undefined });
  };
  const update = (host: string, change: Partial<Running>): void => {
    const found = byHost.get(host);
    if (found !== undefined) byHost.set(host, { ...found, ...change });
  };
  return {
    get: (host) => byHost.get(host),
    all: () => [...byHost.values()],
    on(event) {
      if (event.kind === "host-connecting" && byHost.has(event.host)) update(event.host, { ...again, last: undefined });
      else if (event.kind === "host-connecting") begin(event.host, "connecting", `to ${event.address}`, event.at);
      else if (event.kind === "change-started") begin(event.host, event.step, event.summary, event.at);
      else if (event.kind === "progress") update(event.host, { phase: event.phase, fraction: event.fraction });
      else if (event.kind === "output") update(event.host, { last: event.line });
      else if (event.kind === "host-connected" && byHost.get(event.host)?.step !== "connecting")
        update(event.host, { phase: undefined });
      else if (event.kind === "host-connected" || event.kind === "change-finished") byHost.delete(event.host);
      else if (event.kind === "failed") byHost.delete(event.failure.host ?? "");
      else if (event.kind === "stage-finished" || event.kind === "run-finished") byHost.clear();
    },
  };
}

/** How far something is. */
export interface Phase {
  readonly phase?: string | undefined;
  readonly fraction?: number | undefined;
}

/** `Starting etcd (40 %)`, or undefined where no phase is known. Not escaped. */
export function phaseOf({ phase, fraction }: Phase): string | undefined {
  if (phase === undefined) return undefined;
  return fraction === undefined ? phase : `${phase} (${Math.round(Math.min(1, Math.max(0, fraction)) * 100)} %)`;
}
