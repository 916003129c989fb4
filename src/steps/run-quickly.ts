import type { Sh } from "../core/shell.ts";
import type { KnownFailure, RunAction } from "../core/step.ts";

/** A command that is over in seconds; after two minutes something is wrong. */
export function quickly(command: Sh, failures: readonly KnownFailure[] = []): RunAction {
  return { kind: "run", sh: command, timeoutMs: 120_000, ...(failures.length === 0 ? {} : { failures }) };
}
