import { constants } from "node:os";
import type { Writable } from "node:stream";

/** What is needed to start a shell that reads its script from stdin. */
export interface Launch {
  /** What the host's login shell is asked to run; a local connection always runs `/bin/sh -s`. */
  readonly command: string;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
}

/** A started shell, wherever it runs. */
export interface Running {
  /** Never emits an unhandled error: a shell that ended early just does not read on. */
  readonly stdin: Writable;
  /**
   * The exit code, 128 + n for a death by signal n, once all output was delivered.
   * @throws DroverError `ssh/connection-lost`
   */
  readonly ended: Promise<number>;
  /** Ends it: here with all that it started, on a host by closing its channel. Does not wait, never throws. */
  kill(): void;
}

/** Starts a shell; what differs between a host and this machine. */
export type Start = (launch: Launch) => Running;

const signals: Readonly<Record<string, number>> = constants.signals;

/** The exit code that a shell gives for a death by this signal; the name with or without SIG. */
export function signalCode(signal: string): number {
  return 128 + (signals[signal.replace(/^(?!SIG)/, "SIG")] ?? 0);
}
