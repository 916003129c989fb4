import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { at, type KubeObject, listAt, parseJsonObject, textAt } from "../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";

type Kind = "StorageClass" | "IngressClass" | "DaemonSet";

/**
 * All objects of a kind that some addon must know of whoever made them: classes that are there already, a rival's DaemonSet.
 * One question for all these addons, as starting kubectl costs more than what it asks. Undefined if the cluster does not answer.
 */
export function othersProbe(access: KubeAccess, kind: Kind): Probe<readonly KubeObject[] | undefined> {
  return {
    sh: kubectl(access, sh`get storageclasses,ingressclasses,daemonsets -A -o json`),
    parse: ({ code, stdout }) => {
      const answer = code === 0 ? parseJsonObject(stdout) : undefined;
      return answer && listAt(answer, "items").filter((item) => textAt(item, "kind") === kind);
    },
  };
}

/** Whether a class is the one that is taken where none is named. */
export function isDefaultClass(one: KubeObject): boolean {
  const group = one["kind"] === "StorageClass" ? "storageclass" : "ingressclass";
  return at(one, "metadata", "annotations", `${group}.kubernetes.io/is-default-class`) === "true";
}
