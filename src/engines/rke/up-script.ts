import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { backupScript } from "./backup.ts";
import { beforeRke } from "./before-rke.ts";
import { recordScript } from "./record.ts";
import { rkeLog } from "./rke-lock.ts";
import { runRke } from "./run-rke.ts";
import type { RkeSetup } from "./setup.ts";

/**
 * One script, so that it ends well even if Drover does not: it ignores Ctrl-C, a closed terminal and a reader that is gone,
 * and records its success itself.
 */
export function upScript(setup: RkeSetup, flags: readonly string[]): Sh {
  const { paths } = setup;
  const log = rkeLog(paths);
  return joinSh([
    beforeRke(paths),
    runRke(setup, sh`up`, { flags, everyHost: true }),
    sh`${heldBack(log)}
[ "$code" = 0 ] || { ${whyJobsFailed(setup, log)}; exit "$code"; }`,
    backupScript(paths),
    recordScript(setup),
  ]);
}

/** rke ends with 0 also where DNS, ingress, metrics or the customer's manifests were not deployed, and only warns of it. */
function heldBack(log: string): Sh {
  return sh`missed=$(sed -n -e 's/.*Failed to deploy addon execute job \[\([a-z-]*\)\]: \(.*\)"$/\1: \2/p' \
  -e 's/.*Failed to deploy DNS addon execute job for provider \([a-z-]*\): \(.*\)"$/\1: \2/p' \
  -e 's/.*\(Unable to determine if .* is a file path or url\), skipping.*/\1/p' ${log} | head -n 1)
if [ "$code" = 0 ] && [ -n "$missed" ]; then code=1; echo "drover: rke went on without $missed"; fi`;
}

/** Why the jobs that deploy rke's own parts did not end: what their pods say, and the newest event of each, which rke keeps to itself. */
function whyJobsFailed(setup: RkeSetup, log: string): Sh {
  const pods = String.raw`{range .items[*]}pod|{.metadata.name}|{.metadata.labels.job-name}|{.status.phase}|{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}`;
  const events = String.raw`{range .items[*]}event|{.involvedObject.name}|{.message}{"\n"}{end}`;
  return sh`if grep -qE 'deploy-job|execute job' ${log}; then
  { ${kubectl(setup, sh`-n kube-system get events --field-selector type=Warning --sort-by=.lastTimestamp -o ${`jsonpath=${events}`}`)}
    ${kubectl(setup, sh`-n kube-system get pods -l job-name -o ${`jsonpath=${pods}`}`)}; } 2>/dev/null | awk -F'|' '
  $1 == "event" && $3 != "" { said[$2] = $3 }
  $1 == "pod" && $3 ~ /^rke-/ && $4 != "Succeeded" {
    print "drover: pod " $2 " of the job " $3 ": " ($5 == "" ? $4 : $5) (said[$2] == "" ? "" : ": " said[$2])
  }'
fi`;
}
