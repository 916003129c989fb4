import { readFile, rename, writeFile } from "node:fs/promises";
import { aboutLong } from "./estimate.ts";

/** How far the making of parts is. */
export interface Progress {
  /** The part that is being made now. */
  readonly part: string;
  readonly does: string;
  /** 1 to total. */
  readonly index: number;
  readonly total: number;
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
  readonly secondsLeft: number;
}

/** Writes `parts-progress.json` for other processes, whole or not at all. */
export async function writeProgress(file: string, progress: Progress): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(progress)}\n`);
  await rename(`${file}.new`, file);
}

/** What the process that is making parts wrote last; undefined if there is none. */
export async function readProgress(file: string): Promise<Progress | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** One line for people: "[3 of 24] compile rke v1.8.1; 4 min so far, about 12 min left". */
export function progressLine(progress: Progress, now: Date): string {
  const elapsed = (now.getTime() - Date.parse(progress.startedAt)) / 1000;
  const times = `${aboutLong(elapsed)} so far, about ${aboutLong(progress.secondsLeft)} left`;
  return `[${progress.index} of ${progress.total}] ${progress.does}; ${times}`;
}
