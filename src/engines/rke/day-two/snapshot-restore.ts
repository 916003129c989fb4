import { sh } from "../../../core/shell.ts";
import type { AnyStep, Progress, Stage } from "../../../core/step.ts";
import { readyStep } from "../ready-step.ts";
import { recordScript } from "../record.ts";
import { rkeLog } from "../rke-lock.ts";
import { readRkeLog } from "../rke-log.ts";
import { rkePhase } from "../rke-phase.ts";
import type { RkeSetup } from "../setup.ts";
import { clusterThere } from "./cluster-there.ts";
import { everyHost } from "./every-host.ts";
import { rkeTask } from "./rke-task.ts";

/** A restore is a removal and an `rke up` in one. */
const restoreTimeoutMs = 90 * 60_000;

/** What is restored. */
export interface Restore {
  readonly snapshot: string;
  /** What is lost by it, line by line: it is shown before it is done. */
  readonly lost: readonly string[];
  readonly token: string;
}

/** The cluster as a snapshot holds it: RKE takes everything down, restores etcd on all its hosts, and builds it up again. */
export function restoreStages(setup: RkeSetup, restore: Restore): readonly Stage[] {
  return [
    clusterThere(setup),
    everyHost,
    { id: "restore", title: "Restore etcd", on: "control", steps: [restoreStep(setup, restore)] },
    { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(setup)] },
  ];
}

/**
 * rke empties the state's record of the cluster before it looks for the snapshot: if it ends before it has removed anything,
 * the state is put back, or the next `rke up` would take the living cluster for a new one (rke v1.8.1, cmd/etcd.go).
 */
function restoreStep(setup: RkeSetup, { snapshot, lost, token }: Restore): AnyStep {
  const { paths } = setup;
  const kept = `${paths.state}.before-restore`;
  return rkeTask(setup, {
    id: "etcd/restore",
    title: "Make the cluster what the snapshot holds",
    change: {
      summary: `restore the snapshot ${snapshot} (rke etcd snapshot-restore)`,
      before: `${lost.join("\n")}\n`,
      after: "",
      disrupts: "cluster",
    },
    writes: [
      { kind: "write", path: paths.clusterYml, content: setup.clusterYml, mode: 0o600, owner: "", sensitive: true },
    ],
    first: sh`cp -p ${paths.state} ${kept}`,
    words: sh`etcd snapshot-restore --name ${snapshot}`,
    otherwise: sh`if grep -q 'Cleaning old kubernetes cluster' ${rkeLog(paths)}; then rm -f ${kept}; else mv -f ${kept} ${paths.state}; fi`,
    // rke ends while API servers still come back: the record is tried several times.
    last: sh`rm -f ${kept}
${recordScript(setup)}`,
    token,
    progress: restorePhase,
    timeoutMs: restoreTimeoutMs,
    everyHost: true,
  });
}

const phases: readonly (readonly [pattern: RegExp, fraction: number, phase: string])[] = [
  [/^Checking if state file is included/, 0.02, "looking into the snapshot"],
  [/^\[etcd\] starting backup server on host \[(\S+)\]/, 0.05, "handing the snapshot to all etcd hosts"],
  [/^\[etcd\] Get snapshot \[\S+\] on host \[(\S+)\]/, 0.07, "handing the snapshot to $1"],
  [/^Cleaning old kubernetes cluster/, 0.1, "taking the cluster down"],
  [/^\[etcd\] Restoring \[\S+\] snapshot on etcd host \[(\S+)\]/, 0.2, "restoring etcd on $1"],
  [/^Finished restoring snapshot/, 1, "restored"],
];

/** Where `rke etcd snapshot-restore` stands; once etcd is restored it says what `rke up` says. */
export function restorePhase(line: string): Progress | undefined {
  const message = readRkeLog(line)?.message ?? "";
  for (const [pattern, fraction, phase] of phases) {
    const match = pattern.exec(message);
    if (match !== null) return { phase: phase.replace("$1", match[1] ?? ""), fraction };
  }
  const up = rkePhase(line);
  return up === undefined ? undefined : { ...up, fraction: 0.25 + 0.75 * (up.fraction ?? 0) };
}
