import type { Connect, Connection } from "../connection/types.ts";
import type { Emit } from "../core/events.ts";
import type { DownloadAction, Progress } from "../core/step.ts";

/** Everything that run/ needs from outside, as one plain object of functions: no clock, randomness or process of its own. */
export interface Deps {
  readonly connect: Connect;
  /** The control machine: scripts run there as the operator. */
  readonly connectLocal: () => Promise<Connection>;
  /**
   * Gets a program onto the control machine.
   * @throws DroverError `cluster/tool-unavailable`, `cluster/tool-changed`, `host/disk-full`
   */
  readonly download: (wanted: DownloadAction, tell: (progress: Progress) => void) => Promise<void>;
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 64 random bits, as 16 hexadecimal characters. */
  readonly nonce: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** True once the operator asked to stop: the running action ends, no further one starts. */
  readonly stopping: () => boolean;
  /** `user@machine`, for whoever meets our lock. */
  readonly operator: string;
  /** The file that is locked on the control machine; its folder is made if need be. */
  readonly localLock: string;
  /** How many hosts are worked on at once. */
  readonly concurrency: number;
  /** How long hosts that do not answer yet, and locks of other runs, are waited for; 0: not at all. In ms. */
  readonly waitMs: number;
  /** So many hosts may fail without keeping the others from their stages; 0: none. */
  readonly maxFail: number;
}
