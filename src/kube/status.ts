import type { NodeStatus } from "../core/node-status.ts";
import type { Probe, Result } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { at, type KubeObject, listAt, nameOf, parseJsonObject, textAt } from "./kube-object.ts";
import type { KubeAccess } from "./kubectl.ts";
import { isReady, snapshotQuestion } from "./snapshot.ts";

/** A pod that does not run as it should. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /** A reason such as CrashLoopBackOff, else the phase. */
  readonly state: string;
  readonly node: string;
}

/** What `drover status` shows of a cluster. */
export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[];
  /** When its first node joined, in ms since the epoch; undefined where no node says so. */
  readonly since: number | undefined;
  readonly podsRunning: number;
  readonly podsNotRunning: readonly PodStatus[];
}

/**
 * All nodes and pods; undefined if the cluster does not answer. It asks for all that the engine's own snapshot holds as well:
 * starting kubectl costs more than the larger answer.
 */
export function statusProbe(access: KubeAccess): Probe<ClusterStatus | undefined> {
  return {
    sh: snapshotQuestion(access, sh`-A`),
    parse: ({ code, stdout }) => (code === 0 ? readStatus(stdout) : undefined),
  };
}

/** What the engine's snapshot would have been answered, from the answer to the question above. */
export function snapshotWithin(answer: Result): Result {
  const all = answer.code === 0 ? parseJsonObject(answer.stdout) : undefined;
  if (all === undefined) return answer;
  const items = listAt(all, "items").filter(
    (item) => textAt(item, "kind") === "Node" || textAt(item, "metadata", "namespace") === "kube-system",
  );
  return { ...answer, stdout: JSON.stringify({ ...all, items }) };
}

/** The answer of `kubectl get nodes,pods -A -o json`; undefined if it is none. */
export function readStatus(json: string): ClusterStatus | undefined {
  const answer = parseJsonObject(json);
  if (answer === undefined) return undefined;
  const items = listAt(answer, "items");
  const pods = items.filter(
    (item) => textAt(item, "kind") === "Pod" && textAt(item, "status", "phase") !== "Succeeded",
  );
  const bad = pods.filter((pod) => !runs(pod));
  const nodes = items.filter((item) => textAt(item, "kind") === "Node");
  return {
    nodes: nodes.map(nodeStatus),
    since: nodes
      .map((node) => Date.parse(textAt(node, "metadata", "creationTimestamp")))
      .filter((time) => !Number.isNaN(time))
      .toSorted((a, b) => a - b)[0],
    podsRunning: pods.length - bad.length,
    podsNotRunning: bad.map(podStatus),
  };
}

const rolePrefix = "node-role.kubernetes.io/";

function nodeStatus(node: KubeObject): NodeStatus {
  const labels = Object.keys(at(node, "metadata", "labels") ?? {});
  const addresses = listAt(node, "status", "addresses");
  const internal = addresses.find((address) => textAt(address, "type") === "InternalIP");
  return {
    name: nameOf(node),
    ready: isReady(node),
    roles: labels.filter((label) => label.startsWith(rolePrefix)).map((label) => label.slice(rolePrefix.length)),
    version: textAt(node, "status", "nodeInfo", "kubeletVersion"),
    internalIP: internal === undefined ? "" : textAt(internal, "address"),
  };
}

/** Running, and every container of it ready. */
function runs(pod: KubeObject): boolean {
  const containers = listAt(pod, "status", "containerStatuses");
  return textAt(pod, "status", "phase") === "Running" && containers.every((container) => container["ready"] === true);
}

function podStatus(pod: KubeObject): PodStatus {
  const reasons = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")]
    .map((container) => textAt(container, "state", "waiting", "reason"))
    .filter((reason) => reason !== "" && reason !== "PodInitializing");
  return {
    namespace: textAt(pod, "metadata", "namespace"),
    name: nameOf(pod),
    state: reasons[0] ?? (textAt(pod, "status", "reason") || notReady(textAt(pod, "status", "phase"))),
    node: textAt(pod, "spec", "nodeName"),
  };
}

function notReady(phase: string): string {
  return phase === "Running" ? "NotReady" : phase;
}
