import type { Probe } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import { condition, type KubeObject, listAt, parseJsonObject, textAt } from "./kube-object.ts";
import { type KubeAccess, kubectl } from "./kubectl.ts";

/** What one question to the cluster told: its nodes and what runs in kube-system. */
export interface Snapshot {
  readonly nodes: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly deployments: readonly KubeObject[];
  readonly daemonSets: readonly KubeObject[];
}

/** Asks for nodes and kube-system, once for all steps; and kubectl for its version, if there is no answer: is it even there? */
export function snapshotQuestion(access: KubeAccess, where = sh`-n kube-system`): Sh {
  const question = kubectl(access, sh`get nodes,pods,deployments,daemonsets ${where} -o json`);
  return sh`${question} || { code=$?; ${access.cluster.tools.kubectl} version --client -o json; exit "$code"; }`;
}

/** Nodes and kube-system; undefined if the cluster does not answer. */
export function snapshotProbe(access: KubeAccess): Probe<Snapshot | undefined> {
  return {
    sh: snapshotQuestion(access),
    parse: ({ code, stdout }) => (code === 0 ? readSnapshot(stdout) : undefined),
  };
}

/** The answer of `kubectl get nodes,pods,... -o json`, sorted by kind. */
export function readSnapshot(json: string): Snapshot | undefined {
  const answer = parseJsonObject(json);
  if (answer === undefined) return undefined;
  const of = (kind: string) => listAt(answer, "items").filter((item) => textAt(item, "kind") === kind);
  return { nodes: of("Node"), pods: of("Pod"), deployments: of("Deployment"), daemonSets: of("DaemonSet") };
}

/** Whether a node's kubelet says that all is well. */
export function isReady(node: KubeObject): boolean {
  const ready = condition(node, "Ready");
  return ready !== undefined && textAt(ready, "status") === "True";
}
