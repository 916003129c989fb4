import type { Host } from "../../core/cluster.ts";
import { sh } from "../../core/shell.ts";
import type { Around } from "../../core/step.ts";
import { type KubeAccess, kubectl } from "../../kube/kubectl.ts";
import { nodeName } from "../../kube/node-name.ts";
import { drainWords } from "./drain-words.ts";

/** Minutes that pods get to end, and a rebooted node to be Ready. */
const patience = 10;

/** Marks a node that Drover cordoned, so that one cordoned by a person stays so, also after a run that died. */
const mark = "drover.io/cordoned";

/**
 * Takes a host's node out of the cluster's work while it is away: cordoned and drained before, waited for and uncordoned
 * after. Does nothing where there is no cluster yet, or the host is not in it.
 */
export function drainAround(access: KubeAccess, host: Host): Around {
  const node = nodeName(host);
  const { kubeconfig } = access.paths;
  const known = sh`[ -s ${kubeconfig} ] || exit 0
found=$(${kubectl(access, sh`get node ${node} --ignore-not-found -o ${"jsonpath={.metadata.name} {.spec.unschedulable}"}`)}) || { echo "cluster-silent" >&2; exit 1; }
[ -n "$found" ] || exit 0`;
  return {
    before: sh`${known}
case $found in *true) ;; *) ${kubectl(access, sh`annotate node ${node} ${`${mark}=yes`} --overwrite`)} || exit 1 ;; esac
${kubectl(access, sh`drain ${node} --ignore-daemonsets --delete-emptydir-data --timeout ${`${patience}m`} --request-timeout 0`)}`,
    after: sh`${known}
${kubectl(access, sh`wait --for=condition=Ready ${`node/${node}`} --timeout ${`${patience}m`} --request-timeout 0`)} || exit 1
marked=$(${kubectl(access, sh`get node ${node} -o ${`jsonpath={.metadata.annotations.${mark.replaceAll(".", "\\.")}}`}`)}) || exit 1
[ -n "$marked" ] || exit 0
${kubectl(access, sh`uncordon ${node}`)} && ${kubectl(access, sh`annotate node ${node} ${`${mark}-`}`)}`,
    timeoutMs: (patience + 2) * 60_000,
    failures: [
      {
        pattern: /cluster-silent/,
        code: "step/action-failed",
        message: "The cluster does not answer, so the host's pods cannot be moved away before its reboot",
        remedy: "Look at `drover status`. Once the cluster answers, run this again; or reboot the host yourself.",
      },
      {
        pattern: drainWords.held,
        code: "step/action-failed",
        message: "Not all pods could be moved away before the reboot: a PodDisruptionBudget holds $1",
        remedy: "Give the workload another replica, then run this again; the node stays cordoned.",
      },
      {
        pattern: drainWords.bare,
        code: "step/action-failed",
        message: "Not all pods could be moved away before the reboot: nobody would make these again: $1",
        remedy: "Delete them yourself, then run this again; the node stays cordoned.",
      },
    ],
  };
}
