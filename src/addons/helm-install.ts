import { joinSh, type Sh, sh } from "../core/shell.ts";
import type { KnownFailure, Progress, RunAction } from "../core/step.ts";
import { type KubeAccess, kubectl } from "../engines/rke/kubectl.ts";
import { dumpYaml, type Mapping } from "../templates/yaml.ts";
import { helm } from "./helm-list.ts";
import { lockHelm } from "./helm-lock.ts";
import type { ChartSource, Release } from "./release.ts";

/**
 * Installs or upgrades a release and waits for its pods. The values go in on stdin: they are in no argument list and in no
 * file. Whatever state an interrupted helm left, the same action mends it.
 */
export function installAction(access: KubeAccess, release: Release, values: Mapping): RunAction {
  return {
    kind: "run",
    sh: installScript(access, release),
    stdin: dumpYaml(values),
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
 * it only ever described an attempt. Objects of that attempt carry the release's name, so helm takes them over.
 */
function installScript(access: KubeAccess, { name, namespace, chart, version, timeoutMinutes }: Release): Sh {
  const pending = "status in (pending-install,pending-upgrade,pending-rollback)";
  return joinSh([
    sh`umask 077
values=$(cat)
trap '' INT HUP PIPE`,
    lockHelm(access.paths),
    sh`${kubectl(access, sh`delete secret -n ${namespace} -l ${`owner=helm,name=${name},${pending}`} --ignore-not-found`)}`,
    sh`printf '%s\n' "$values" | ${helm(access)} upgrade --install ${name} ${chartArguments(chart)} --version ${version} -n ${namespace} --create-namespace --reset-values -f - --wait --wait-for-jobs --timeout ${`${timeoutMinutes}m`} &
helm=$!`,
    sh`while kill -0 "$helm" 2>/dev/null; do
  now=$(${kubectl(access, sh`get pods -n ${namespace} --no-headers`)} 2>/dev/null | awk '
    $3 == "Completed" { next }
    { count++; split($2, ready, "/"); if (ready[1] == ready[2]) good++; else lacks = lacks ", " $1 " " $3 }
    END { if (count) printf "waiting: %d of %d pods ready%s", good, count, lacks == "" ? "" : ": " substr(lacks, 3) }')
  [ "$now" = "$said" ] || echo "$now"
  said=$now
  sleep 1
done
wait "$helm"; code=$?
[ "$code" = 0 ] || ${kubectl(access, sh`get events -n ${namespace} --sort-by=.lastTimestamp`)} | tail -n 10
exit "$code"`,
  ]);
}

function chartArguments(chart: ChartSource): Sh {
  if (chart.kind === "folder") return sh`${chart.path}`;
  return chart.kind === "oci" ? sh`${chart.reference}` : sh`${chart.name} --repo ${chart.url}`;
}

function helmFailures({ name, version, namespace }: Release): readonly KnownFailure[] {
  const see = `The last events of ${namespace} are above; look at its pods. Then run \`drover up\` again.`;
  const row = (pattern: RegExp, code: KnownFailure["code"], message: string, remedy: string): KnownFailure => ({
    pattern,
    code,
    message,
    remedy,
  });
  return [
    row(
      /(chart "?[^"\n]*"? (?:version "[^"]*" )?not found[^\n]*|no chart version found[^\n]*|failed to (?:fetch|download|pull|perform)[^\n]*|looks like "[^"]*" is not a valid chart repository[^\n]*|path "[^"]*" not found|: not found$)/m,
      "addon/chart-not-found",
      `the chart of ${name} ${version} cannot be had: $1`,
      "Check that this machine reaches the repository and that it has this version; or give a folder with the chart.",
    ),
    row(
      /(values don't meet the specifications[^\n]*(?:\n[^\n]+)?)/,
      "inventory/invalid",
      `the chart of ${name} ${version} refuses the values: $1`,
      "Put the values right in the inventory.",
    ),
    row(
      /(?:ErrImagePull|ImagePullBackOff)[^\n]*/,
      "cluster/image-not-pullable",
      `${name} does not start: one of its images cannot be pulled`,
      see,
    ),
    row(
      /(timed out waiting for the condition|context deadline exceeded|would exceed context deadline)/,
      "addon/gate-closed",
      `${name} was installed but does not become ready`,
      see,
    ),
    row(
      /(another operation \(.*?\) is in progress)/,
      "addon/release-stuck",
      `helm refuses ${name}: $1`,
      "Someone else's helm is at work, or left it so. Wait, then run `drover up` again.",
    ),
    row(/Error: (.*)/, "step/action-failed", `helm ended with: $1`, see),
  ];
}
