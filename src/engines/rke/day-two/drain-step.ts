import type { Host } from "../../../core/cluster.ts";
import type { Probe } from "../../../core/probe.ts";
import { type Sh, sh } from "../../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, type KnownFailure, ok } from "../../../core/step.ts";
import { at, type KubeObject, listAt, nameOf, parseJsonObject, textAt } from "../../../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../../../kube/kubectl.ts";
import { nodeName } from "../../../kube/node-name.ts";
import { isReady } from "../../../kube/snapshot.ts";
import { drainWords } from "../drain-words.ts";

/** How a node is drained. */
export interface DrainOptions {
  /** Also delete pods that nobody will make again. */
  readonly force: boolean;
  /** Minutes that the pods get to go. */
  readonly minutes: number;
  /** The machine is gone, whatever the cluster still believes of its node: nobody will say that a pod has ended. */
  readonly gone?: boolean;
}

/** A node of the cluster, "absent" if there is none of the name, undefined if the cluster does not answer. */
export function nodeProbe(access: KubeAccess, host: Host): Probe<KubeObject | "absent" | undefined> {
  return {
    sh: kubectl(access, sh`get node ${nodeName(host)} --ignore-not-found -o json`),
    parse: ({ code, stdout }) => {
      if (code !== 0) return undefined;
      return stdout.trim() === "" ? "absent" : parseJsonObject(stdout);
    },
  };
}

/** No pods but those that every node has run on a host's node, and no others come. */
export function drainStep(access: KubeAccess, host: Host, options: DrainOptions): AnyStep {
  return defineStep({
    id: "node/drained",
    title: `Move the pods off ${host.name}`,
    probes: () => ({
      node: nodeProbe(access, host),
      pods: {
        sh: kubectl(access, sh`get pods -A --field-selector ${`spec.nodeName=${nodeName(host)}`} -o json`),
        parse: ({ code, stdout }) => {
          const answer = code === 0 ? parseJsonObject(stdout) : undefined;
          return answer === undefined ? undefined : listAt(answer, "items").filter(mustGo).map(podName);
        },
      } satisfies Probe<readonly string[] | undefined>,
    }),
    decide: ({ node, pods }) => decide(access, host, options, node, pods),
  });
}

function decide(
  access: KubeAccess,
  host: Host,
  options: DrainOptions,
  node: KubeObject | "absent" | undefined,
  pods: readonly string[] | undefined,
): Decision {
  if (node === "absent") return ok;
  if (node === undefined || pods === undefined) {
    const remedy = "Look at `drover status`. Once the cluster answers, run this again.";
    return { kind: "blocked", code: "cluster/not-ready", because: "the cluster does not answer", remedy };
  }
  const cordoned = at(node, "spec", "unschedulable") === true;
  if (cordoned && pods.length === 0) return ok;
  const moved = pods.length === 0 ? "" : `, and move ${pods.length} pod${pods.length === 1 ? "" : "s"} off it`;
  const action = {
    kind: "run",
    sh: drainScript(access, host, options, isReady(node) && options.gone !== true),
    timeoutMs: (options.minutes + 2) * 60_000,
    failures: drainFailures(host),
  } as const;
  return {
    kind: "change",
    changes: [
      {
        summary: `let ${nodeName(host)} take no more pods (cordon)${moved}`,
        ...(pods.length === 0 ? {} : { before: `${pods.join("\n")}\n`, after: "" }),
        disrupts: "node",
        actions: [action],
      },
    ],
  };
}

/** What `kubectl drain --ignore-daemonsets` evicts: not what a daemon set, the kubelet itself or nobody runs any more. */
function mustGo(pod: KubeObject): boolean {
  const owners = listAt(pod, "metadata", "ownerReferences");
  if (owners.some((owner) => textAt(owner, "kind") === "DaemonSet")) return false;
  if (at(pod, "metadata", "annotations", "kubernetes.io/config.mirror") !== undefined) return false;
  if (textAt(pod, "metadata", "deletionTimestamp") !== "" || toleratesCordon(pod)) return false;
  return !["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"));
}

/** Such a pod is evicted and comes back at once, as RKE's own coredns-autoscaler does: waiting for it to be gone has no end. */
function toleratesCordon(pod: KubeObject): boolean {
  return listAt(pod, "spec", "tolerations").some((toleration) => {
    const key = textAt(toleration, "key");
    const meant =
      key === "node.kubernetes.io/unschedulable" || (key === "" && textAt(toleration, "operator") === "Exists");
    return meant && ["", "NoSchedule"].includes(textAt(toleration, "effect"));
  });
}

function podName(pod: KubeObject): string {
  return `${textAt(pod, "metadata", "namespace")}/${nameOf(pod)}`;
}

/** A drain that fails leaves the node as it was: one that a person cordoned stays so, any other takes pods again. */
function drainScript(access: KubeAccess, host: Host, { force, minutes }: DrainOptions, ready: boolean): Sh {
  const node = nodeName(host);
  // A dead kubelet never says that its pods have ended.
  const flags = [...(force ? ["--force"] : []), ...(ready ? [] : ["--skip-wait-for-delete-timeout=1"])];
  return sh`was=$(${kubectl(access, sh`get node ${node} -o ${"jsonpath={.spec.unschedulable}"}`)}) || exit 1
${kubectl(access, sh`drain ${node} --ignore-daemonsets --delete-emptydir-data --timeout ${`${minutes}m`} --request-timeout 0 ${flags}`)} && exit 0
echo "drain failed" >&2
[ "$was" = true ] || ${kubectl(access, sh`uncordon ${node}`)}
exit 1`;
}

function drainFailures(host: Host): readonly KnownFailure[] {
  const row = (pattern: RegExp, message: string, remedy: string): KnownFailure => ({
    pattern,
    code: "node/drain-failed",
    message,
    remedy,
  });
  const back = `${host.name} takes pods as before.`;
  return [
    row(drainWords.bare, "nobody would make these pods again: $1", `Delete them yourself, or pass --force. ${back}`),
    row(
      drainWords.held,
      "a PodDisruptionBudget holds $1",
      `Give the workload another replica, or another node room for it, then run this again. ${back}`,
    ),
    row(/drain failed/, "not all pods could be moved away", `The last lines say why. ${back}`),
  ];
}
