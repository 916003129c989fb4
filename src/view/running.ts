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

/** Keeps the account of what runs: on a host mostly one thing, several where its stage works on several steps at once. */
export interface RunningTable {
  on(event: Stamped): void;
  /** What began last on a host; what runs there of this step, if one is named. */
  get(host: string, step?: string): Running | undefined;
  /** In the order in which they began. */
  all(): readonly Running[];
}

/** An empty table. */
export function createRunning(): RunningTable {
  let table: readonly Running[] = [];
  const connecting = "connecting";
  const is = (host: string, step?: string) => (one: Running) =>
    one.host === host && (step === undefined || one.step === step);
  const get = (host: string, step?: string): Running | undefined => table.findLast(is(host, step));
  const end = (matches: (one: Running) => boolean): void => {
    table = table.filter((one) => !matches(one));
  };
  const begin = (host: string, step: string, summary: string, since: number): void => {
    // What a host does follows its connecting, and a step does one thing at a time.
    end((one) => is(host, step)(one) || is(host, connecting)(one));
    table = [...table, { host, step, summary, since, phase: undefined, fraction: undefined, last: undefined }];
  };
  const update = (matches: (one: Running) => boolean, change: Partial<Running>): void => {
    table = table.map((one) => (matches(one) ? { ...one, ...change } : one));
  };
  return {
    get,
    all: () => table,
    on(event) {
      if (event.kind === "host-connecting" && get(event.host) !== undefined)
        update(is(event.host), { ...again, last: undefined });
      else if (event.kind === "host-connecting") begin(event.host, connecting, `to ${event.address}`, event.at);
      else if (event.kind === "change-started") begin(event.host, event.step, event.summary, event.at);
      else if (event.kind === "progress")
        update(is(event.host, event.step), { phase: event.phase, fraction: event.fraction });
      else if (event.kind === "output") update(is(event.host, event.step), { last: event.line });
      else if (event.kind === "host-connected") {
        end(is(event.host, connecting));
        update(is(event.host), { phase: undefined });
      } else if (event.kind === "change-finished") end(is(event.host, event.step));
      else if (event.kind === "failed") end(is(event.failure.host ?? "", event.failure.step));
      else if (event.kind === "stage-finished" || event.kind === "run-finished") table = [];
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
