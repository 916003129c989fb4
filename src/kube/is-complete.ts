import { type Sh, sh } from "../core/shell.ts";
import { at, type KubeObject, numberAt, textAt } from "./kube-object.ts";

/**
 * Whether a Deployment, DaemonSet or StatefulSet runs as often as it should, in its newest form. While it is rolled out the old
 * pods still count as available: only once the new ones are there and the old ones gone it will not be less a moment later (the
 * judgement of `kubectl rollout status`). Who updates it by hand, pauses it or keeps a part of it back is not waited for.
 */
export function isComplete(part: KubeObject): boolean {
  const status = (field: string): number => numberAt(part, "status", field);
  if (status("observedGeneration") < numberAt(part, "metadata", "generation")) return false;
  const isDaemonSet = textAt(part, "kind") === "DaemonSet";
  const replicas = at(part, "spec", "replicas");
  const wanted = isDaemonSet ? status("desiredNumberScheduled") : typeof replicas === "number" ? replicas : 1;
  if (status(isDaemonSet ? "numberAvailable" : "availableReplicas") < wanted) return false;
  if (isHeldBack(part)) return true;
  const updated = status(isDaemonSet ? "updatedNumberScheduled" : "updatedReplicas");
  return updated >= wanted && (isDaemonSet || status("replicas") <= updated);
}

function isHeldBack(part: KubeObject): boolean {
  const strategy = ["spec", "updateStrategy"] as const;
  return (
    at(part, "spec", "paused") === true ||
    textAt(part, ...strategy, "type") === "OnDelete" ||
    numberAt(part, ...strategy, "rollingUpdate", "partition") > 0
  );
}

/** What `incompleteInAwk` wants to know of each, as fields of a jsonpath; two of the asker's own stand before them, and `|` between all. */
export const completeFields = [
  "{.metadata.generation}",
  "{.status.observedGeneration}",
  "{.spec.replicas}{.status.desiredNumberScheduled}",
  "{.status.availableReplicas}{.status.numberAvailable}",
  "{.status.updatedReplicas}{.status.updatedNumberScheduled}",
  "{.status.replicas}",
  "{.spec.paused}{.spec.updateStrategy.type}",
  "{.spec.updateStrategy.rollingUpdate.partition}",
].join("|");

/** The same judgement, turned round, as a condition of awk on such a line. */
export const incompleteInAwk: Sh = sh`($4 + 0 < $3 + 0 || $6 + 0 < $5 + 0 || ($9 !~ /^(true|OnDelete)$/ && $10 + 0 == 0 && ($7 + 0 < $5 + 0 || $8 + 0 > $7 + 0)))`;
