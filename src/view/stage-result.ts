import { printable } from "../core/printable.ts";
import { duration } from "./duration.ts";
import type { LiveStage } from "./live-stage.ts";
import { count, wrap } from "./wrap.ts";

/** What stays on the screen of a stage that is over. */
export interface StageResult {
  readonly failed: boolean;
  /** One line if all went well and nobody had anything to remark. Harmless. */
  readonly lines: readonly string[];
}

/** How a stage ended. `tookMs` undefined: it was broken off. Pure. */
export function stageResult(stage: LiveStage, tookMs: number | undefined, width: number): StageResult {
  const failed = stage.failures.length > 0;
  const time = tookMs === undefined ? "" : ` (${duration(tookMs)})`;
  const head = wrap(`${printable(stage.title)}: ${outcome(stage, tookMs !== undefined)}${time}`, { width, first: "" });
  const failures = stage.failures.flatMap(({ host, step, message }) => {
    const place = [host, step].filter((part) => part !== undefined).join(": ");
    return wrap(printable(`${place === "" ? "" : `${place}: `}${message}`), { width, first: "" });
  });
  const notes = stage.notes.flatMap((note) => wrap(printable(note), { width, first: "" }));
  return { failed, lines: [...head, ...failures, ...notes] };
}

function outcome(stage: LiveStage, whole: boolean): string {
  const hosts = new Set(stage.failures.map(({ host }) => host)).size;
  if (hosts > 0) return `failed on ${hosts} of ${count(Math.max(hosts, stage.hosts.length), "host")}`;
  if (stage.id === "look") return `${asked(stage)} asked`;
  const changes = [...stage.changes.values()].reduce((sum, each) => sum + each, 0);
  if (!whole) return changes === 0 ? "broken off" : `broken off after ${count(changes, "change")}`;
  return changes === 0 ? "nothing to do" : count(changes, "change");
}

function asked({ asked, hosts }: LiveStage): string {
  return asked.size < hosts.length ? `${asked.size} of ${count(hosts.length, "host")}` : count(hosts.length, "host");
}
