import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import type { Event } from "../core/events.ts";
import { jsonLine } from "./json-line.ts";
import type { Listener } from "./listener.ts";

/** What happened in one run, on disk before the next thing happens. */
export interface Journal extends Listener {
  /** Absolute if `dir` was. */
  readonly path: string;
}

function unwritable(path: string, cause: unknown): DroverError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DroverError("journal/unwritable", `the journal ${path} cannot be written: ${reason}`, {
    remedy: "Make room on that disk, or make the folder writable, and run the same command again.",
    cause,
  });
}

function openPrivately(dir: string, path: string): number {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // Both again: mkdir's and open's modes are narrowed by umask, and an older folder may be open to others.
  chmodSync(dir, 0o700);
  const fd = openSync(path, "ax", 0o600);
  chmodSync(path, 0o600);
  const folder = openSync(dir, "r");
  fsyncSync(folder);
  closeSync(folder);
  return fd;
}

/** Events that another look would tell again. */
const unsynced: ReadonlySet<Event["kind"]> = new Set<Event["kind"]>([
  "output",
  "progress",
  "run-started",
  "host-connecting",
  "host-connected",
  "host-asked",
  "stages-ahead",
  "host-finished",
  "step-decided",
]);

/** Where a journal goes. */
export interface JournalOptions {
  readonly dir: string;
  /** The run's id, which becomes the file's name. */
  readonly run: string;
  /** Puts what was written on disk; fsync if not given. */
  readonly sync?: (fd: number) => void;
}

/**
 * Opens `<dir>/<run>.jsonl` (folder 0700, file 0600): one event per line, synced to disk after each that tells of a deed or
 * an end. What was only asked or said, and that a run began, is written at once too, so it outlives Drover, and is synced
 * with the next deed: a thousand hosts answer four thousand events, and a sync takes milliseconds.
 * `on` and this function itself throw DroverError `journal/unwritable`, so that what cannot be written down is not done.
 */
export function openJournal({ dir, run, sync = fsyncSync }: JournalOptions): Journal {
  const path = join(dir, `${run}.jsonl`);
  let fd: number | undefined;
  try {
    fd = openPrivately(dir, path);
  } catch (error) {
    throw unwritable(path, error);
  }
  return {
    path,
    on(event) {
      try {
        if (fd === undefined) throw new Error("it is closed");
        writeFileSync(fd, jsonLine(event));
        if (!unsynced.has(event.kind)) sync(fd);
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    async end() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
