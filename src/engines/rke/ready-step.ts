import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, type KnownFailure, ok, type Progress } from "../../core/step.ts";
import { completeFields, incompleteInAwk } from "../../kube/is-complete.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { nodeName } from "../../kube/node-name.ts";
import { snapshotProbe } from "../../kube/snapshot.ts";
import { lacking, wrongNodes } from "./readiness.ts";
import type { RkeSetup } from "./setup.ts";

const waitSeconds = 600;

/** A gate: all nodes are Ready and kube-system runs. `rke up` ends some seconds, or a slow image, before that. */
export function readyStep(setup: RkeSetup): AnyStep {
  return defineStep({
    id: "rke/ready",
    title: "All nodes are Ready and Kubernetes' own parts run",
    probes: () => ({ snapshot: snapshotProbe(setup) }),
    decide: ({ snapshot }) => {
      if (snapshot === undefined) return { kind: "later", after: "rke/up", because: "the cluster does not answer yet" };
      const [wrong] = wrongNodes(setup.cluster, setup.version, snapshot);
      if (wrong !== undefined) return { kind: "later", after: "rke/up", because: wrong };
      const lacks = lacking(setup.cluster, snapshot);
      if (lacks.length === 0) return ok;
      const action = {
        kind: "run",
        sh: waitScript(setup),
        timeoutMs: (waitSeconds + 60) * 1000,
        progress: readyProgress,
        failures: notReady,
      } as const;
      return {
        kind: "change",
        changes: [{ summary: `wait for ${lacks.join(", ")}`, actions: [action], onlyWaits: true }],
      };
    },
  });
}

const notReady: readonly KnownFailure[] = [
  {
    pattern: /^not ready: (.+)$/m,
    code: "cluster/not-ready",
    message: `after ${waitSeconds / 60} minutes: $1`,
    remedy:
      "The last events of kube-system are above; `kubectl describe` of what is missing tells more. Then `drover up` goes on.",
  },
];

/** `2 of 3 nodes Ready; waiting for coredns` as progress. */
export function readyProgress(line: string): Progress | undefined {
  return /^\d+ of \d+ nodes Ready/.test(line) ? { phase: line.trim() } : undefined;
}

/** The same judgement as the probe's, made where the waiting is done. Says something only when it changes. */
function waitScript(setup: RkeSetup): Sh {
  const names = setup.cluster.hosts.map(nodeName).join(" ");
  const nodes = kubectl(
    setup,
    sh`get nodes -o jsonpath='{range .items[*]}node|{.metadata.name}|{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'`,
  );
  const parts = kubectl(
    setup,
    sh`get deployments,daemonsets -n kube-system -o jsonpath=${`{range .items[*]}part|{.metadata.name}|${completeFields}{"\\n"}{end}`}`,
  );
  return joinSh([
    sh`judge() { { ${nodes}; ${parts}; } 2>/dev/null | awk -F'|' -v names=${names} '
$1 == "node" && $3 == "True" { ready[$2] = 1 }
$1 == "part" { seen = 1 }
$1 == "part" && ${incompleteInAwk} { lacks = lacks ", " $2 }
END {
  count = split(names, want, " ")
  for (i = 1; i <= count; i++) if (want[i] in ready) got++; else absent = absent ", node " want[i]
  lacks = absent lacks
  if (!seen) lacks = lacks ", an answer of the cluster"
  printf "%d of %d nodes Ready%s\n", got, count, lacks == "" ? "" : "; waiting for " substr(lacks, 3)
}'; }`,
    sh`end=$(($(date +%s) + ${waitSeconds}))
while :; do
  now=$(judge)
  [ "$now" = "$said" ] || echo "$now"
  said=$now
  case $now in *waiting*) ;; *) exit 0 ;; esac
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 2
done
${kubectl(setup, sh`get events -n kube-system --sort-by=.lastTimestamp`)} | tail -n 12
echo "not ready: $now"
exit 1`,
  ]);
}
