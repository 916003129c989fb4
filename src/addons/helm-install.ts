import { joinSh, type Sh, sh } from "../core/shell.ts";
import type { Progress, RunAction } from "../core/step.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { dumpYaml } from "../templates/yaml.ts";
import { fetchChart } from "./fetch-chart.ts";
import { helm, upgradeArguments } from "./helm.ts";
import { helmFailures } from "./helm-failures.ts";
import { lockRelease } from "./helm-lock.ts";
import { fingerprintLabel, ownerLabel } from "./installed.ts";
import { applyKinds, judgeKinds } from "./kinds-apart.ts";
import { ensureNamespace, takeBackNamespace } from "./namespace.ts";
import type { Release } from "./release.ts";
import { tellTrouble } from "./trouble.ts";
import { fingerprint, wantedValues } from "./values.ts";

/**
 * Installs or upgrades a release and waits for its pods. The values go in on stdin: they are in no argument list and in no
 * file. Whatever state an interrupted helm left, the same action mends it.
 */
export function installAction(access: KubeAccess, release: Release): RunAction {
  return {
    kind: "run",
    sh: installScript(access, release),
    stdin: dumpYaml(wantedValues(release)),
    timeoutMs: (2 * release.timeoutMinutes + 2) * 60_000,
    progress: podsProgress,
    failures: helmFailures(release),
  };
}

/** `waiting: 2 of 3 pods ready` as progress. */
export function podsProgress(line: string): Progress | undefined {
  const match = /^waiting: (\d+) of (\d+) (.*)$/.exec(line);
  if (match === null) return undefined;
  return { phase: line.slice("waiting: ".length), fraction: Number(match[1]) / Math.max(1, Number(match[2])) };
}

/**
 * A helm whose Drover was killed goes on, holding the lock: it is waited for, like an orphaned rke. One that was killed
 * itself leaves a pending revision, which makes every later helm refuse; deleting that revision's secret is the way out, as
 * it only ever described an attempt. Objects of that attempt carry the release's name, so helm takes them over. Its pods are
 * asked for every two seconds: releases are installed side by side, and each kubectl takes from what their pods need to start.
 */
function installScript(access: KubeAccess, release: Release): Sh {
  const { name, namespace, timeoutMinutes } = release;
  const pending = "status in (pending-install,pending-upgrade,pending-rollback)";
  const labels = `${ownerLabel}=${access.cluster.name},${fingerprintLabel}=${fingerprint(release)}`;
  return joinSh([
    sh`umask 077
values=$(cat)
trap '' INT HUP PIPE`,
    lockRelease(access.paths, name),
    ...fetchChart(access, release),
    ...judgeKinds(access, release),
    ensureNamespace(access, release),
    ...(release.crdsApart === true ? [applyKinds(access, release)] : []),
    sh`${kubectl(access, sh`delete secret -n ${namespace} -l ${`owner=helm,name=${name},${pending}`} --ignore-not-found`)}`,
    sh`printf '%s\n' "$values" | ${helm(access)} ${upgradeArguments(release, sh`"$chart"`)} --labels ${labels} --history-max 5 --wait --wait-for-jobs --timeout ${`${timeoutMinutes}m`} &
helm=$!`,
    sh`turn=0
while kill -0 "$helm" 2>/dev/null; do
  if [ $((turn % 4)) = 0 ]; then
    now=$(${kubectl(access, sh`get pods -n ${namespace} --no-headers`)} 2>/dev/null | awk '
      $3 == "Completed" { next }
      { count++; split($2, ready, "/"); if (ready[1] == ready[2]) good++; else lacks = lacks ", " $1 " " $3 }
      END { if (count) printf "waiting: %d of %d pods ready%s", good, count, lacks == "" ? "" : ": " substr(lacks, 3) }')
    [ "$now" = "$said" ] || echo "$now"
    said=$now
  fi
  turn=$((turn + 1))
  sleep 0.5
done
wait "$helm"; code=$?
[ "$code" != 0 ] || exit 0`,
    tellTrouble(access, namespace),
    takeBackNamespace(access, release),
    sh`exit "$code"`,
  ]);
}
