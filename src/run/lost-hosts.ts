import type { Host } from "../core/cluster.ts";
import { type DroverError, SeveralFailed } from "../core/errors.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Deps } from "./deps.ts";

/** A host that failed, and with what. */
export interface Lost {
  readonly host: Host;
  readonly failures: readonly DroverError[];
}

/** What is left of a pipeline without these hosts: stages of hosts alone, as a cluster is not made of some of its hosts. */
export function without(pipeline: Pipeline, lost: readonly Lost[]): Pipeline {
  if (lost.length === 0) return pipeline;
  const gone = new Set(lost.map(({ host }) => host));
  return {
    ...pipeline,
    hosts: pipeline.hosts.filter((host) => !gone.has(host)),
    stages: pipeline.stages.filter(({ on }) => on === "hosts"),
  };
}

/** @throws SeveralFailed with all failures, if there is one */
export function throwIfLost(lost: readonly Lost[]): void {
  const failures = lost.flatMap((one) => one.failures);
  if (failures.length > 0) throw new SeveralFailed(failures);
}

/** What was thrown, and with failures of hosts those of the hosts that the run had gone on without: at its end all are told. */
export function withLost(thrown: unknown, lost: readonly Lost[]): unknown {
  if (!(thrown instanceof SeveralFailed)) return thrown;
  const before = lost.flatMap(({ failures }) => failures).filter((failure) => !thrown.failures.includes(failure));
  return before.length === 0 ? thrown : new SeveralFailed([...before, ...thrown.failures]);
}

/**
 * Lets the run go on without the hosts that were lost now, if with those from before they are no more than it may lose, and
 * nobody asked it to stop.
 * @throws SeveralFailed of all of them otherwise
 */
export function goOnWithout(
  now: readonly Lost[],
  before: readonly Lost[],
  { maxFail, stopping, emit }: Pick<Deps, "maxFail" | "stopping" | "emit">,
): void {
  if (now.length === 0) return;
  if (before.length + now.length > maxFail || stopping()) throwIfLost([...before, ...now]);
  for (const { host, failures } of now) {
    const why = failures.map(({ message }) => message).join("; ");
    emit({ kind: "note", level: "warning", host: host.name, message: `left out from here on: ${why}` });
  }
}
