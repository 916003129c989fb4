import type { Host } from "../core/cluster.ts";
import type { Result } from "../core/probe.ts";

/** How one script is run. */
export interface ExecOptions {
  /** Wall clock; afterwards `step/action-timeout` is thrown and the channel closed. */
  readonly timeoutMs: number;
  /** Asked of each whole line before that: with a number of ms, the clock begins anew and has so many. */
  readonly limitFrom?: (line: string, stream: "stdout" | "stderr") => number | undefined;
  /** Called for each whole line as it arrives. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** A script that stays, such as the holder of a lock. */
export interface Held {
  /** Resolves with its first line of output, or with the Result if it ended before printing one. */
  readonly first: string | Result;
  /** Ends it and waits for that. */
  release(): Promise<void>;
}

/**
 * A way to run shell scripts on one machine, always as root on hosts (a property of the connection: no script ever says
 * sudo) and as the operator on the control machine.
 */
export interface Connection {
  /** The host's name, for messages. */
  readonly name: string;
  /**
   * Runs a POSIX script: it goes to `/bin/sh -s` on stdin, so it has no length limit and never shows in `ps`.
   * A non-zero exit is a value.
   * @throws DroverError `ssh/connection-lost`, `step/action-timeout`, `sudo/denied`
   */
  exec(script: string, options: ExecOptions): Promise<Result>;
  /**
   * Runs `sh -c script` whose stdin stays open and gets a byte every 15 s, so that it can notice our death.
   * @throws DroverError `ssh/connection-lost`, `step/action-timeout` where no first line comes within 60 s
   */
  hold(script: string): Promise<Held>;
  close(): Promise<void>;
}

/** Opens the connection to a host. */
export type Connect = (host: Host) => Promise<Connection>;
