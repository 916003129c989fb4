import { at, type KubeObject, numberAt, textAt } from "./kube-object.ts";

/** Whether a Deployment, DaemonSet or StatefulSet runs as often as it should, in its newest form. */
export function isComplete(part: KubeObject): boolean {
  if (numberAt(part, "status", "observedGeneration") < numberAt(part, "metadata", "generation")) return false;
  if (textAt(part, "kind") === "DaemonSet") {
    return numberAt(part, "status", "numberAvailable") >= numberAt(part, "status", "desiredNumberScheduled");
  }
  const replicas = at(part, "spec", "replicas");
  return numberAt(part, "status", "availableReplicas") >= (typeof replicas === "number" ? replicas : 1);
}
