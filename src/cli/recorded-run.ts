import type { Event } from "../core/events.ts";
import type { Deps } from "../run/deps.ts";
import { openJournal } from "../view/journal.ts";
import { type Listener, tee } from "../view/listener.ts";
import type { Connections } from "./connect.ts";
import type { Context } from "./context.ts";
import { downloadFor } from "./download-for.ts";
import { failuresOf } from "./failures.ts";
import { stoppingMessage } from "./interrupt.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import type { Report } from "./report.ts";
import { type RunLimits, usualLimits } from "./run-limits.ts";

type RunOutcome = Extract<Event, { kind: "run-finished" }>["outcome"];

/** A command, its cluster and its view. */
export interface RunRequest {
  readonly command: string;
  readonly loaded: LoadedCluster;
  readonly context: Context;
  readonly connections: Connections;
  readonly view: Listener;
  readonly report: Report;
  /** The usual ones, if not given. */
  readonly limits?: RunLimits;
}

/** What the body of a run came to. */
export interface BodyResult<T> {
  readonly value: T;
  readonly outcome: RunOutcome;
  readonly changes: number;
}

/**
 * Runs a command's body with a journal that is on disk before anything is done, and with a view.
 * Whatever is thrown is written down first, then thrown on.
 */
export async function recordRun<T>(request: RunRequest, body: (deps: Deps) => Promise<BodyResult<T>>): Promise<T> {
  const { command, loaded, context, view } = request;
  const run = runId(context);
  const journal = openJournal({ dir: loaded.paths.runs, run });
  request.report.journal(journal.path);
  const listener = tee([journal, view]);
  const told = new Set<string>();
  const emit = (event: Event): void => {
    if (event.kind === "failed") told.add(JSON.stringify(event.failure));
    listener.on({ ...event, at: context.now() });
  };
  const started = context.now();
  const finish = (outcome: RunOutcome, changes: number): void =>
    emit({ kind: "run-finished", run, outcome, changes, tookMs: context.now() - started });
  const undo = context.onFirstInterrupt(() => emit({ kind: "note", level: "warning", message: stoppingMessage }));
  try {
    emit({
      kind: "run-started",
      run,
      command,
      cluster: loaded.cluster.name,
      hosts: loaded.cluster.hosts.map((host) => host.name),
    });
    const result = await Promise.race([body(depsOf(request, emit)), context.insisted]);
    finish(result.outcome, result.changes);
    return result.value;
  } catch (thrown) {
    recordFailure(thrown, told, emit, finish);
    throw thrown;
  } finally {
    undo();
    await listener.end();
  }
}

/** Failures that were not told when they happened, then the end. */
function recordFailure(
  thrown: unknown,
  told: ReadonlySet<string>,
  emit: (event: Event) => void,
  finish: (outcome: RunOutcome, changes: number) => void,
): void {
  const failures = failuresOf(thrown);
  // A journal that cannot be written cannot record that either.
  if (failures.some((failure) => failure.code === "journal/unwritable")) return;
  for (const failure of failures) if (!told.has(JSON.stringify(failure))) emit({ kind: "failed", failure });
  finish(failures.every((failure) => failure.code === "cli/cancelled") ? "cancelled" : "failed", 0);
}

/** Sorts by time, to the millisecond: of two runs in one second the later one comes last. */
function runId(context: Context): string {
  const time = new Date(context.now()).toISOString().replace(/[-:Z]/g, "").replace(/[T.]/g, "-");
  return `${time}-${context.randomHex(2)}`;
}

function depsOf({ loaded, context, connections, limits }: RunRequest, emit: (event: Event) => void): Deps {
  return {
    ...connections,
    download: downloadFor(loaded, context),
    emit,
    now: context.now,
    nonce: () => context.randomHex(8),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stopping: context.stopping,
    operator: context.operator,
    localLock: loaded.paths.lock,
    ...(limits ?? usualLimits),
  };
}
