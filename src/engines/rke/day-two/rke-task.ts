import { succeeds } from "../../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../../core/shell.ts";
import {
  type Action,
  type AnyStep,
  type Change,
  defineStep,
  ok,
  type Progress,
  type StepId,
} from "../../../core/step.ts";
import { backupScript } from "../backup.ts";
import { beforeRke } from "../before-rke.ts";
import { rkeFailures } from "../rke-failures.ts";
import { rkeLog } from "../rke-lock.ts";
import { rkePhase } from "../rke-phase.ts";
import { runRke } from "../run-rke.ts";
import type { RkeSetup } from "../setup.ts";

/** What rke is asked to do once. */
export interface RkeTask {
  readonly id: StepId;
  readonly title: string;
  /** The change, as `Change` shows it. */
  readonly change: Pick<Change, "summary" | "before" | "after" | "disrupts">;
  /** The words behind `rke`; `--config` and the flags of the inventory are added. */
  readonly words: Sh;
  /** Tells this task from all others, those of the past too: random. */
  readonly token: string;
  /** Done before rke is started; must succeed. */
  readonly first?: Sh;
  /** Done after rke succeeded; must succeed. */
  readonly last?: Sh;
  /** Done after rke failed, whatever comes of it. */
  readonly otherwise?: Sh;
  readonly progress?: (line: string) => Progress | undefined;
  /** Files that rke reads; cluster.yml for those verbs that bring the cluster to what it says. */
  readonly writes?: readonly Action[];
  readonly timeoutMs: number;
  /** Does what must not be done to a part of the hosts: rke is ended where it would go on without one. */
  readonly everyHost: boolean;
}

/**
 * A step that lets rke do something once. Its log tells that it was done: nothing else does, where rke itself leaves no trace
 * on this machine. The script ends well even without its Drover, as that of `rke up` does.
 */
export function rkeTask(setup: RkeSetup, task: RkeTask): AnyStep {
  const done = succeeds(sh`grep -qxF ${doneMark(task.token)} ${rkeLog(setup.paths)}`);
  return defineStep({
    id: task.id,
    title: task.title,
    probes: () => ({ done }),
    decide: (observed) => (observed.done ? ok : { kind: "change", changes: [changeOf(setup, task)] }),
  });
}

function doneMark(token: string): string {
  return `drover: ${token} is done`;
}

function changeOf(setup: RkeSetup, task: RkeTask): Change {
  const run: Action = {
    kind: "run",
    sh: taskScript(setup, task),
    timeoutMs: task.timeoutMs,
    progress: task.progress ?? rkePhase,
    failures: rkeFailures,
  };
  const [first, ...rest] = [...(task.writes ?? []), run];
  return { ...task.change, actions: [first ?? run, ...rest] };
}

function taskScript({ cluster, paths }: RkeSetup, task: RkeTask): Sh {
  const flags = cluster.rke.ignoreDockerVersion ? ["--ignore-docker-version"] : [];
  return joinSh([
    beforeRke(paths),
    sh`{ ${task.first ?? sh`:`}
} || exit 1`,
    runRke({ cluster, paths }, task.words, { flags, everyHost: task.everyHost }),
    sh`[ "$code" = 0 ] || { ${task.otherwise ?? sh`:`}
exit "$code"; }`,
    backupScript(paths),
    sh`{ ${task.last ?? sh`:`}
} || exit 1
echo ${doneMark(task.token)} >>${rkeLog(paths)}`,
  ]);
}
