import type { Probe } from "../core/probe.ts";
import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type AnyStep, defineStep, ok, type RunAction, type StepId } from "../core/step.ts";
import { completeFields, incompleteInAwk, isComplete } from "../kube/is-complete.ts";
import { at, type KubeObject, listAt, nameOf, parseJsonObject, textAt } from "../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { waitingFor } from "./gate.ts";
import { tellTrouble } from "./trouble.ts";

const seconds = 300;

/** What Helm installed, and what Drover did without Helm. */
const ours = "app.kubernetes.io/managed-by in (Helm,drover)";

/** A gate over all addons: what they consist of runs as often as it should. One question for all of them. */
export function runningStep(access: KubeAccess, namespaces: readonly string[], needs: readonly StepId[]): AnyStep {
  return defineStep({
    id: "addons/running",
    title: "Everything that the addons consist of runs",
    needs,
    probes: () => ({ parts: partsProbe(access) }),
    decide: ({ parts }) => {
      const [first] = needs;
      if (parts === undefined && first !== undefined)
        return { kind: "later", after: first, because: "the cluster does not answer yet" };
      const lacks = (parts ?? []).filter((part) => namespaces.includes(namespaceOf(part)) && !isComplete(part));
      if (lacks.length === 0) return ok;
      const summary = `wait for ${lacks.map((part) => `${namespaceOf(part)}/${nameOf(part)}`).join(", ")}`;
      const troubled = [...new Set(lacks.map(namespaceOf))];
      return {
        kind: "change",
        changes: [{ summary, actions: [waitAction(access, namespaces, troubled)], onlyWaits: true }],
      };
    },
  });
}

function namespaceOf(object: KubeObject): string {
  return textAt(object, "metadata", "namespace");
}

function partsProbe(access: KubeAccess): Probe<readonly KubeObject[] | undefined> {
  return {
    sh: kubectl(access, sh`get deployments,daemonsets,statefulsets -A -l ${ours} -o json`),
    parse: ({ code, stdout }) => {
      const answer = code === 0 ? parseJsonObject(stdout) : undefined;
      return answer === undefined
        ? undefined
        : listAt(answer, "items").filter((part) => at(part, "spec") !== undefined);
    },
  };
}

/** The same judgement as the probe's, made where the waiting is done. */
function waitAction(access: KubeAccess, namespaces: readonly string[], troubled: readonly string[]): RunAction {
  const fields = `{range .items[*]}{.metadata.namespace}|{.metadata.name}|${completeFields}{"\\n"}{end}`;
  const parts = kubectl(access, sh`get deployments,daemonsets,statefulsets -A -l ${ours} -o jsonpath=${fields}`);
  return {
    kind: "run",
    sh: joinSh([
      waitLoop(parts, namespaces),
      ...troubled.map((one) => tellTrouble(access, one)),
      sh`echo "still lacking: $now"
exit 1`,
    ]),
    timeoutMs: (seconds + 90) * 1000,
    progress: waitingFor,
    failures: [
      {
        pattern: /^still lacking: (.*)$/m,
        code: "addon/gate-closed",
        message: `after ${seconds / 60} minutes this does not run: $1`,
        remedy:
          "The last events and log lines are above; `kubectl describe` of the pods tells more. Then `drover up` goes on.",
      },
    ],
  };
}

function waitLoop(parts: Sh, namespaces: readonly string[]): Sh {
  return sh`end=$(($(date +%s) + ${seconds}))
while :; do
  now=$(${parts} 2>/dev/null | awk -F'|' -v names=${namespaces.join(" ")} '
BEGIN { count = split(names, all, " "); for (i = 1; i <= count; i++) want[all[i]] = 1 }
{ seen = 1 }
$1 in want && ${incompleteInAwk} { lacks = lacks ", " $1 "/" $2 }
END { print seen ? substr(lacks, 3) : "an answer of the cluster" }')
  [ -n "$now" ] || exit 0
  [ "$now" = "$before" ] || echo "waiting: $now"
  before=$now
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 2
done`;
}
