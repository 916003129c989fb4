import type { ClusterPaths } from "../../core/cluster.ts";
import type { Probe, Result } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { wholeState } from "./backup.ts";
import { readState, stateProbe } from "./rke-state.ts";

/** The newest whole copy of RKE's state among the backups; undefined if there is none. Asked only where the state is not usable. */
export function newestCopy(paths: ClusterPaths): Probe<string | undefined> {
  return {
    sh: sh`cd ${paths.backups} 2>/dev/null || exit 1
${wholeState}
ls -1 | grep -E -- '-cluster\.rkestate$' | sort -r | while read -r name; do
  if whole "$name"; then echo "$name"; break; fi
done`,
    parse: ({ code, stdout }) => {
      const name = stdout.trim();
      return code === 0 && /^[\w.-]+$/.test(name) ? `${paths.backups}/${name}` : undefined;
    },
    onlyIf: { sh: stateProbe(paths.state).sh, isNeeded: unusable },
  };
}

/** Whether the answer to the question for RKE's state holds none that could be used. */
export function unusable({ code, stdout }: Result): boolean {
  return code !== 0 || readState(stdout).kind !== "known";
}
