import type { Cluster, ClusterPaths } from "../../core/cluster.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { holdLock } from "../../kube/hold-lock.ts";
import { directly, kubeconfigFlags } from "../../kube/kubectl.ts";
import { type Check, checks } from "./checks.ts";
import { namespaceJson, proveNamespace as ns } from "./objects.ts";

/** What became of one proof. */
export interface Proof {
  readonly name: string;
  readonly about: string;
  readonly result: "ok" | "failed" | "skipped";
  /** What was found, or why not: one line. */
  readonly detail: string;
}

/**
 * One script that makes all proofs one after the other, and takes everything away again: it goes on to its end and cleans up
 * when Drover is killed, and a later one cleans up after one that was killed itself. One at a time: they share a namespace, and
 * a second one waits. Prints a line for each proof as it comes.
 */
export function proveScript(cluster: Cluster, paths: ClusterPaths, image: string): Sh {
  const all = checks(cluster, image);
  return joinSh([
    holdLock(`${paths.dir}/prove.lock`, "drover prove"),
    tools(cluster, paths),
    ...all.map((check, index) => define(check, index)),
    ...all.map(run),
    sh`exit 0`,
  ]);
}

function tools(cluster: Cluster, paths: ClusterPaths): Sh {
  return sh`trap '' HUP INT PIPE
work=$(mktemp -d) || exit 1
k() { ${directly(cluster)} ${cluster.tools.kubectl} ${kubeconfigFlags({ paths }, "--server")} "$@"; }
clean() { k delete namespace ${ns} --ignore-not-found --timeout 120s >/dev/null 2>&1; rm -rf "$work"; }
trap clean EXIT
trap 'exit 143' TERM
apply() { printf '%s' "$1" | k apply -f - >/dev/null; }
pods() { k get pods -n ${ns} -l app="$1" --field-selector status.phase=Running -o jsonpath='{range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\n"}{end}'; }
wait_for() {
  until=$(($(date +%s) + $1)); shift
  while ! "$@"; do [ "$(date +%s)" -lt "$until" ] || return 1; sleep 1; done
}
some() { [ "$1" = 1 ] && echo "1 $2" || echo "$1 $2s"; }
each_pod() {
  list=$(pods everywhere) && [ -n "$list" ] || { echo "no pod of the proofs runs"; return 1; }
  while read -r pod address node; do
    wait_for 30 "$1" "$pod" || { echo "pods of $node do not $2 $lacks"; return 1; }
    count=$((count + 1))
  done <<END
$list
END
}
trouble() { k get events -n ${ns} --field-selector type=Warning --sort-by=.lastTimestamp -o jsonpath='{range .items[*]}{.involvedObject.name}: {.message}{"\n"}{end}' | grep . || k get pods -n ${ns} --no-headers; }
prove() {
  said=$("$2" 2>&1)
  case $? in 0) result=ok ;; 77) result=skipped ;; *) result=failed ;; esac
  printf 'proof %s %s %s\n' "$1" "$result" "$(printf '%s' "$said" | tail -n 1 | tr -cd '[:print:]' | cut -c 1-300)"
}
k delete namespace ${ns} --ignore-not-found --timeout 120s >/dev/null || exit 1
apply ${namespaceJson} || exit 1`;
}

function define(check: Check, index: number): Sh {
  return sh`check_${index}() { count=0
${check.sh}
}`;
}

function run({ name }: Check, index: number): Sh {
  return sh`prove ${name} check_${index}`;
}

/** A line of the script as a proof; undefined for any other. */
export function readProof(line: string, all: readonly Check[]): Proof | undefined {
  const [, name, result, detail = ""] = /^proof (\S+) (ok|failed|skipped) ?(.*)$/.exec(line) ?? [];
  const check = all.find((one) => one.name === name);
  if (check === undefined || (result !== "ok" && result !== "failed" && result !== "skipped")) return undefined;
  return { name: check.name, about: check.about, result, detail };
}
