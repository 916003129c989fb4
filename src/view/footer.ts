import { about, elapsed } from "./duration.ts";
import type { Estimate } from "./estimate.ts";
import { remaining } from "./lines.ts";
import type { LiveStage } from "./live-stage.ts";
import { isHere } from "./places.ts";

/**
 * How far a stage is, how long it has taken, and what it and all that follow may still take, by what earlier runs took:
 * `12/50 hosts done, stage 2/9, 45 s, about 2 min left (about 6 min in all)`. What is not known is not said. Pure.
 */
export function footer(
  stage: LiveStage,
  { now, estimate }: { readonly now: number; readonly estimate: Estimate },
): string {
  const took = now - stage.startedAt;
  const left = leftOf(stage, now, estimate);
  const rest = stage.rest.map((id) => estimate(id));
  const known = rest.filter((ms) => ms !== undefined);
  const all =
    left === undefined || rest.length === 0 || known.length < rest.length
      ? ""
      : ` (${about(known.reduce((sum, ms) => sum + ms, Math.max(0, left)))} in all)`;
  const parts = [
    progress(stage),
    stage.position === undefined ? undefined : `stage ${stage.position.number}/${stage.position.of}`,
    elapsed(took),
    left === undefined ? undefined : `${remaining(left)}${all}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

function progress({ id, hosts, asked, finished, failures }: LiveStage): string | undefined {
  if (isHere(hosts)) return undefined;
  const failed = new Set(failures.map(({ host }) => host)).size;
  const done =
    id === "look" ? `${asked.size}/${hosts.length} hosts asked` : `${finished.size}/${hosts.length} hosts done`;
  return failed === 0 ? done : `${done}, ${failed} failed`;
}

/** By the stage as a whole, else by the slowest step that runs; undefined where no earlier run tells. */
function leftOf(stage: LiveStage, now: number, estimate: Estimate): number | undefined {
  const usual = estimate(stage.id);
  if (usual !== undefined) return usual - (now - stage.startedAt);
  const steps = stage.running.all().flatMap(({ step, since }) => {
    const known = estimate(step);
    return known === undefined ? [] : [known - (now - since)];
  });
  return steps.length === 0 ? undefined : Math.max(...steps);
}
