import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

/** The `limit` newest journals of a folder, newest first, each as its events; none if there is no such folder. */
export async function readNewestJournals(dir: string, limit: number): Promise<readonly (readonly Stamped[])[]> {
  const names = await readdir(dir).catch(() => []);
  const paths = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(dir, name));
  const dated = await Promise.all(paths.map(async (path) => ({ path, at: await modifiedAt(path) })));
  dated.sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1));
  return Promise.all(dated.slice(0, limit).map(({ path }) => readJournal(path).catch(() => [])));
}

async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
