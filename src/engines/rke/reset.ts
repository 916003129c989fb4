import type { Cluster, ClusterPaths } from "../../core/cluster.ts";
import { succeeds } from "../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, ok, type Stage } from "../../core/step.ts";
import { directly } from "../../kube/kubectl.ts";
import { beforeRke } from "./before-rke.ts";
import { containerSteps, leftoverSteps } from "./leftovers.ts";
import { rkeFailures } from "./rke-failures.ts";
import { rkeLog } from "./rke-lock.ts";
import { rkeRemovePhase } from "./rke-phase.ts";

/** What `drover reset` wants to be true: no cluster, nothing of it on the hosts, its files put away. */
export function resetStages(input: { readonly cluster: Cluster; readonly paths: ClusterPaths }): readonly Stage[] {
  return [
    { id: "remove", title: "Remove the cluster", on: "control", steps: [removeStep(input.cluster, input.paths)] },
    { id: "containers", title: "The cluster's containers", on: "hosts", steps: containerSteps },
    { id: "leftovers", title: "What else is left on the hosts", on: "hosts", steps: leftoverSteps },
    { id: "files", title: "Put the cluster's files away", on: "control", steps: [filesStep(input.paths)] },
  ];
}

/** `rke remove` deletes its state and kubeconfig at the end, so the state tells whether there is something to remove. */
function removeStep(cluster: Cluster, paths: ClusterPaths): AnyStep {
  return defineStep({
    id: "reset/rke-remove",
    title: "Let RKE remove the cluster",
    probes: () => ({ there: succeeds(sh`test -s ${paths.state} && test -s ${paths.clusterYml}`) }),
    decide: ({ there }) => {
      if (!there) return ok;
      const action = {
        kind: "run",
        sh: removeScript(cluster, paths),
        timeoutMs: 20 * 60_000,
        progress: rkeRemovePhase,
        failures: rkeFailures,
      } as const;
      return {
        kind: "change",
        changes: [
          { summary: `remove the cluster ${cluster.name} (rke remove)`, disrupts: "cluster", actions: [action] },
        ],
      };
    },
  });
}

function removeScript(cluster: Cluster, paths: ClusterPaths): Sh {
  const flags = cluster.rke.ignoreDockerVersion ? ["--ignore-docker-version"] : [];
  return joinSh([
    beforeRke(paths),
    sh`${directly(cluster)} ${cluster.tools.rke} remove --force --config ${paths.clusterYml} ${flags} </dev/null 2>&1`,
  ]);
}

/** The files go to a folder of their own among the backups: nobody has to be sure that he never needs the keys again. */
function filesStep(paths: ClusterPaths): AnyStep {
  const files = [paths.clusterYml, paths.state, paths.kubeconfig, rkeLog(paths)];
  return defineStep({
    id: "reset/files",
    title: "No files of the cluster lie where the next one's will",
    probes: () => ({ there: succeeds(sh`for file in ${files}; do [ -e "$file" ] && exit 0; done; exit 1`) }),
    decide: ({ there }) => {
      if (!there) return ok;
      const move = sh`set -eu; umask 077
to=${paths.backups}/removed-$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$to"
for file in ${files}; do [ ! -e "$file" ] || mv -f "$file" "$to"/; done`;
      const summary = `move cluster.yml, state and kubeconfig to ${paths.backups}`;
      return { kind: "change", changes: [{ summary, actions: [{ kind: "run", sh: move, timeoutMs: 60_000 }] }] };
    },
  });
}
