import type { Failure } from "../core/events.ts";
import { printable } from "../core/printable.ts";
import { duration } from "./duration.ts";
import type { LiveStage } from "./live-stage.ts";
import { isHere, places } from "./places.ts";
import { count, wrap } from "./wrap.ts";

/** What stays on the screen of a stage that is over. */
export interface StageResult {
  readonly failed: boolean;
  /** One line if all went well and nobody had anything to remark. Harmless. */
  readonly lines: readonly string[];
}

/** How a stage is shown that is over. */
export interface StageResultOptions {
  readonly width: number;
  /** The run failed with it: each failure is told below, once, with all that there is to it. */
  readonly endsRun: boolean;
}

/** How a stage ended. Pure. */
export function stageResult(stage: LiveStage, { width, endsRun }: StageResultOptions): StageResult {
  const { failures, notes, tookMs } = stage;
  const time = tookMs === undefined ? "" : ` (${duration(tookMs)})`;
  const head = `${printable(stage.title)}: ${outcome(stage)}${time}`;
  const told = endsRun ? [] : failures.filter((failure) => !notes.some((note) => repeats(note, failure)));
  const said = endsRun ? notes.filter((note) => !failures.some((failure) => repeats(note, failure))) : notes;
  const lines = [head, ...told.map(failureText), ...said].flatMap((text) =>
    wrap(printable(text), { width, first: "" }),
  );
  return { failed: failures.length > 0, lines };
}

/** Whether a note says of a host what failed there, as the one does that it is left out. */
function repeats(note: string, { host = "", message }: Failure): boolean {
  return note.startsWith(`${host}: `) && note.includes(message);
}

function failureText({ host, step, message }: Failure): string {
  return [host, step, message].filter((part) => part !== undefined).join(": ");
}

function outcome(stage: LiveStage): string {
  const hosts = new Set(stage.failures.map(({ host }) => host)).size;
  if (hosts > 0 && isHere(stage.hosts)) return "failed";
  if (hosts > 0) return `failed on ${hosts} of ${count(Math.max(hosts, stage.hosts.length), "host")}`;
  if (stage.id === "look") return `${asked(stage)} asked`;
  const changes = [...stage.changes.values()].reduce((sum, each) => sum + each, 0);
  if (stage.tookMs === undefined) return changes === 0 ? "broken off" : `broken off after ${count(changes, "change")}`;
  return changes === 0 ? "nothing to do" : count(changes, "change");
}

function asked({ asked, hosts }: LiveStage): string {
  return asked.size < hosts.length ? `${asked.size} of ${places(hosts)}` : places(hosts);
}
