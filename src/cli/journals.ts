import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import type { Stamped } from "../core/events.ts";
import { suggest } from "../inventory/suggest.ts";
import { parseJournal, readJournal } from "../view/read-journal.ts";
import { type RunRecord, runRecord } from "../view/run-record.ts";
import { fileReason } from "./file-reason.ts";

/** A journal that was read. */
export interface FoundRun {
  readonly run: string;
  readonly path: string;
  readonly events: readonly Stamped[];
}

/** The ids of all runs whose journals lie in this folder, newest first; none where there is no such folder. */
export function runIds(runs: string): readonly string[] {
  try {
    const names = readdirSync(runs).filter((name) => name.endsWith(".jsonl"));
    return names
      .map((name) => name.slice(0, -".jsonl".length))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

/** The journals of the newest runs, newest first. One that cannot be read has no events. */
export function newestJournals(runs: string, atMost: number): readonly FoundRun[] {
  const ids = runIds(runs).slice(0, atMost);
  return ids.map((run) => ({ run, path: journalPath(runs, run), events: eventsOf(runs, run) }));
}

/** The events of a run's journal; none if it cannot be read. */
export function eventsOf(runs: string, run: string): readonly Stamped[] {
  try {
    return parseJournal(readFileSync(journalPath(runs, run), "utf8"));
  } catch {
    return [];
  }
}

/** What a journal tells of its run, under the name of its file, which is what a run is asked for by. */
export function recordOf({ run, events }: FoundRun): RunRecord | undefined {
  const record = runRecord(events);
  return record === undefined ? undefined : { ...record, id: run };
}

/** The records of the newest runs, newest first. A journal that tells of no run counts for nothing. */
export function newestRuns(runs: string, atMost: number): readonly RunRecord[] {
  return newestJournals(runs, atMost).flatMap((found) => recordOf(found) ?? []);
}

/**
 * The run that is meant: by its id, by the beginning or end of it, or the newest if none is named.
 * @throws DroverError `journal/not-found` with what may have been meant
 */
export async function findRun(runs: string, wanted: string | undefined): Promise<FoundRun> {
  const ids = runIds(runs);
  const meant = wanted === undefined ? ids.slice(0, 1) : meantBy(ids, wanted);
  const [run] = meant;
  if (run === undefined || meant.length > 1) throw notFound({ runs, ids, wanted, meant });
  const path = journalPath(runs, run);
  return { run, path, events: await readJournal(path).catch((cause) => Promise.reject(unreadable(path, cause))) };
}

/** The runs that a name, a part of one or the path of a journal may stand for. */
function meantBy(ids: readonly string[], wanted: string): readonly string[] {
  const name = wanted.replace(/^.*\//, "").replace(/\.jsonl$/, "");
  if (name === "" || ids.includes(name)) return ids.filter((id) => id === name);
  return ids.filter((id) => id.startsWith(name) || id.endsWith(name));
}

function journalPath(runs: string, run: string): string {
  return join(runs, `${run}.jsonl`);
}

interface Sought {
  readonly runs: string;
  readonly ids: readonly string[];
  readonly wanted: string | undefined;
  readonly meant: readonly string[];
}

function notFound({ runs, ids, wanted, meant }: Sought): DroverError {
  const near = wanted === undefined ? undefined : suggest(wanted, ids);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  const none =
    wanted === undefined ? `there are no journals in ${runs}` : `there is no journal of a run "${wanted}" in ${runs}`;
  const message = meant.length > 1 ? `"${wanted}" may be any of ${meant.length} runs` : none;
  return new DroverError("journal/not-found", message, {
    remedy: `\`drover runs\` lists those there are; -i names another inventory.${hint}`,
    details: meant.slice(0, 10),
  });
}

function unreadable(path: string, cause: unknown): DroverError {
  return new DroverError("journal/not-found", `the journal ${path} cannot be read: ${fileReason(cause)}`, {
    remedy: "Journals belong to whoever ran Drover: read it as that user.",
    cause,
  });
}
