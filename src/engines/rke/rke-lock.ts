import type { ClusterPaths } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, ok } from "../../core/step.ts";
import { holdLock } from "../../kube/hold-lock.ts";
import { rkePhase } from "./rke-phase.ts";

/** An `rke up` of an interrupted run may take as long as one of ours. */
const waitTimeoutMs = 60 * 60_000;

/** Locked by every rke that Drover starts, for as long as it lives: it outlives a Drover that is killed. */
export function rkeLock(paths: ClusterPaths): string {
  return `${paths.dir}/rke.lock`;
}

/** What the last rke said. */
export function rkeLog(paths: ClusterPaths): string {
  return `${paths.dir}/rke.log`;
}

/** Takes the lock for an rke that is started next. */
export function lockRke(paths: ClusterPaths): Sh {
  return holdLock(rkeLock(paths), "rke");
}

/**
 * No rke of an earlier run is still at work. A Drover that is killed leaves its rke running, which is well: a cluster is
 * better completed than left half-made. But nothing may be judged, and no second rke started, before it has ended.
 */
export function idleStep(paths: ClusterPaths): AnyStep {
  const lock = rkeLock(paths);
  return defineStep({
    id: "rke/idle",
    title: "No other rke is at work on this cluster",
    probes: () => ({
      busy: {
        sh: sh`[ -e ${lock} ] || exit 0; command -v flock >/dev/null || exit 0; flock -n ${lock} true || echo busy`,
        parse: ({ stdout }) => stdout.trim() === "busy",
      },
    }),
    decide: ({ busy }) => {
      if (!busy) return ok;
      const wait = sh`tail -n 1 -f ${rkeLog(paths)} & follower=$!
flock ${lock} true; code=$?
kill "$follower"; exit "$code"`;
      const summary = "wait for the rke of an interrupted run to end";
      const action = { kind: "run", sh: wait, timeoutMs: waitTimeoutMs, progress: rkePhase } as const;
      return { kind: "change", changes: [{ summary, actions: [action] }] };
    },
  });
}
