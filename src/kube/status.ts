import { cordoned, type NodeStatus } from "../core/node-status.ts";
import type { Probe, Result } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { at, condition, type KubeObject, listAt, nameOf, numberAt, parseJsonObject, textAt } from "./kube-object.ts";
import type { KubeAccess } from "./kubectl.ts";
import { isReady, snapshotQuestion } from "./snapshot.ts";

/** A pod that does not run as it should. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /** A reason such as CrashLoopBackOff, Evicted or Unschedulable, else the phase. */
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
    limits: limitsOf(node),
    roles: labels.filter((label) => label.startsWith(rolePrefix)).map((label) => label.slice(rolePrefix.length)),
    version: textAt(node, "status", "nodeInfo", "kubeletVersion"),
    internalIP: internal === undefined ? "" : textAt(internal, "address"),
  };
}

/** Conditions of a node for which Kubernetes taints it (kubernetes.io, "Taint Nodes by Condition"), besides Ready. */
const complaints = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

function limitsOf(node: KubeObject): readonly string[] {
  const held = complaints.filter((type) => textAt(condition(node, type) ?? {}, "status") === "True");
  return at(node, "spec", "unschedulable") === true ? [cordoned, ...held] : held;
}

/**
 * Running, and ready as a whole. A kubelet that is lost leaves its containers ready for ever; then it is the condition that the
 * cluster changes (k8s.io/kubernetes, pkg/controller/util/node, MarkPodsNotReady).
 */
function runs(pod: KubeObject): boolean {
  const ready = condition(pod, "Ready");
  const containers = listAt(pod, "status", "containerStatuses");
  return (
    textAt(pod, "status", "phase") === "Running" &&
    (ready === undefined || textAt(ready, "status") === "True") &&
    containers.every((container) => container["ready"] === true)
  );
}

function podStatus(pod: KubeObject): PodStatus {
  return {
    namespace: textAt(pod, "metadata", "namespace"),
    name: nameOf(pod),
    state: stateOf(pod),
    node: textAt(pod, "spec", "nodeName"),
  };
}

/** The first that anybody says of why it does not run: of its containers, of the pod as a whole, of what takes it to a node. */
function stateOf(pod: KubeObject): string {
  if (textAt(pod, "metadata", "deletionTimestamp") !== "") return "Terminating";
  const containers = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
  const waiting = containers.map((one) => textAt(one, "state", "waiting", "reason"));
  const ended = containers
    .filter((one) => numberAt(one, "state", "terminated", "exitCode") !== 0)
    .map((one) => textAt(one, "state", "terminated", "reason"));
  const phase = textAt(pod, "status", "phase");
  const reasons = [
    ...waiting.filter((reason) => reason !== "PodInitializing"),
    textAt(pod, "status", "reason"),
    ...ended,
    phase === "Pending" ? textAt(condition(pod, "PodScheduled") ?? {}, "reason") : "",
  ];
  return reasons.find((reason) => reason !== "") ?? (phase === "Running" ? "NotReady" : phase);
}
