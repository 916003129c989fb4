import { readFile } from "node:fs/promises";
import type { Stamped } from "../core/events.ts";

function isStamped(value: unknown): value is Stamped {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    typeof value.kind === "string" &&
    "at" in value &&
    typeof value.at === "number"
  );
}

function parseLine(line: string): readonly Stamped[] {
  try {
    const value: unknown = JSON.parse(line);
    return isStamped(value) ? [value] : [];
  } catch {
    return [];
  }
}

/**
 * The events of one journal. A line that is no event is left out: a run that was killed leaves its last one cut.
 * Rejects if the file cannot be read.
 */
export async function readJournal(path: string): Promise<readonly Stamped[]> {
  return (await readFile(path, "utf8")).split("\n").flatMap(parseLine);
}
