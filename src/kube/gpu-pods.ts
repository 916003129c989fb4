import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import { type ProofResult, proofProgram, readProof } from "../steps/nvidia/proof.ts";
import { type KubeAccess, kubectl } from "./kubectl.ts";

/** GPUs as a node hands them out. */
export interface NodeGpus {
  readonly node: string;
  readonly allocatable: number;
}

/** What every node hands out; undefined where the cluster does not answer, or there is none. */
export function nodeGpus(access: KubeAccess): Probe<readonly NodeGpus[] | undefined> {
  const each = String.raw`{range .items[*]}{.metadata.name}|{.status.allocatable.nvidia\.com/gpu}{"\n"}{end}`;
  return {
    sh: sh`[ -s ${access.paths.kubeconfig} ] || exit 1
${kubectl(access, sh`get nodes -o ${`jsonpath=${each}`}`)}`,
    parse: (answer) => {
      if (answer.code !== 0) return undefined;
      return lines(answer.stdout).flatMap((row) => {
        const [, node, count = ""] = /^([a-z0-9.-]+)\|(\d*)$/.exec(row) ?? [];
        return node === undefined ? [] : [{ node, allocatable: Number(count) }];
      });
    },
  };
}

/** One pod that shall prove all GPUs of a node. */
export interface PodOrder {
  readonly node: string;
  readonly gpus: number;
  /** The program's words: what is expected of each GPU. */
  readonly words: readonly string[];
}

/** How the pods are run. */
export interface PodSettings {
  /** A name of this run alone; it is removed at the end. */
  readonly namespace: string;
  readonly image: string;
  readonly program: string;
  /** Of load on each GPU. */
  readonly seconds: number;
}

const label = { "app.kubernetes.io/managed-by": "drover", "drover.io/purpose": "gpu-proof" };
/**
 * How long a pod may live, in s: six minutes to pull the image, and the time after which the program itself gives a GPU up
 * that hangs (templates/gpu-proof.py), so that it is the program who says so.
 */
export function podSeconds({ seconds }: Pick<PodSettings, "seconds">): number {
  return 480 + Math.ceil(10 * seconds);
}

function pod(order: PodOrder, settings: PodSettings): unknown {
  const command = [
    "python3",
    `/drover/${proofProgram}`,
    "--seconds",
    String(settings.seconds),
    "--visible",
    ...order.words,
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `proof-${order.node}`, namespace: settings.namespace, labels: label },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: podSeconds(settings),
      automountServiceAccountToken: false,
      nodeSelector: { "kubernetes.io/hostname": order.node },
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "proof",
          image: settings.image,
          command,
          // Without it the runtime of an image that is not NVIDIA's brings no CUDA library in.
          env: [{ name: "NVIDIA_DRIVER_CAPABILITIES", value: "compute,utility" }],
          resources: { limits: { "nvidia.com/gpu": order.gpus } },
          volumeMounts: [{ name: "program", mountPath: "/drover", readOnly: true }],
        },
      ],
      volumes: [{ name: "program", configMap: { name: "program" } }],
    },
  };
}

/** Namespace, program and pods, as one list for `kubectl apply`. */
export function podManifest(orders: readonly PodOrder[], settings: PodSettings): string {
  const { namespace } = settings;
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: label } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "program", namespace, labels: label },
      data: { [proofProgram]: settings.program },
    },
    ...orders.map((order) => pod(order, settings)),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** So many seconds a pod may wait for its node to take it: all its GPUs must be free. */
const scheduleSeconds = 30;

/**
 * Applies the manifest (on stdin), waits until every pod has ended or cannot begin, prints what became of them, and removes
 * the namespace: also when it is ended in between. What an earlier run left, killed with -9, goes too.
 */
export function podsScript(access: KubeAccess, settings: PodSettings): Sh {
  const { namespace } = settings;
  const states = String.raw`{range .items[*]}{.spec.nodeSelector.kubernetes\.io/hostname}|{.status.phase}|{.spec.nodeName}|{.status.containerStatuses[0].state.waiting.reason}|{.status.reason}{.status.containerStatuses[0].state.terminated.reason}|{.status.conditions[?(@.type=="PodScheduled")].message}{.status.message}{.status.containerStatuses[0].state.terminated.message}{"\n"}{end}`;
  return sh`trap ${kubectl(access, sh`delete namespace ${namespace} --ignore-not-found --wait=false >/dev/null 2>&1`).text} EXIT
trap 'exit 143' INT TERM HUP
${kubectl(access, sh`delete namespace -l drover.io/purpose=gpu-proof --wait=false >/dev/null 2>&1`)}
${kubectl(access, sh`apply -f - >/dev/null`)} || exit 1
n=0
while [ $n -lt ${podSeconds(settings)} ]; do
  now=$(${kubectl(access, sh`get pods -n ${namespace} -o ${`jsonpath=${states}`}`)}) || now=
  waiting=no
  IFS='
'
  for row in $now; do
    case $row in
      *'|Succeeded|'*|*'|Failed|'*) ;;
      *'|ImagePullBackOff|'*|*'|ErrImagePull|'*|*'|InvalidImageName|'*) [ $n -ge 60 ] || waiting=yes ;;
      *'|Pending||'*) [ $n -ge ${scheduleSeconds} ] || waiting=yes ;;
      *) waiting=yes ;;
    esac
  done
  unset IFS
  [ "$waiting" = no ] && [ -n "$now" ] && break
  sleep 1; n=$((n + 1))
done
printf '%s\n' "$now" | sed 's/^/pod|/'
for p in $(${kubectl(access, sh`get pods -n ${namespace} -o name`)}); do
  echo "log|$p"; ${kubectl(access, sh`logs -n ${namespace} "$p" --tail 200`)} 2>&1; echo
done`;
}

/** What became of the pod of one node. */
export interface PodOutcome {
  readonly node: string;
  readonly results: readonly ProofResult[] | undefined;
  /** Why there are none. */
  readonly note: string | undefined;
}

/** What the cluster says of a pod that gave no result: a node without the runtime, a GPU that broke, an image that is not there. */
function noteOf({ state, where, waits, ended, message }: Readonly<Record<string, string>>): string {
  const because = message === "" ? "" : `: ${message}`;
  if (/ImagePull|InvalidImageName/.test(waits ?? "")) return "the image gpu.proofImage cannot be pulled";
  if (where === "") return `no pod got all its GPUs${because === "" ? ": Kubernetes did not say why" : because}`;
  if (state === "Pending" && waits !== "") return `the pod did not start (${waits})`;
  const how = state === "" ? "unknown" : state;
  return `the pod ended as ${how}${ended === "" ? "" : ` (${ended})`} without a result${because}`;
}

/** Reads what the script printed. */
export function readPods(output: string): readonly PodOutcome[] {
  const logs = new Map<string, string>();
  let current: string | undefined;
  for (const line of output.split("\n")) {
    const [, begun] = /^log\|pod\/proof-([a-z0-9.-]+)$/.exec(line) ?? [];
    if (begun !== undefined) current = begun;
    else if (current !== undefined) logs.set(current, `${logs.get(current) ?? ""}${line}\n`);
  }
  // What follows are logs, in which anything may stand.
  const [states = ""] = output.split(/^log\|/m);
  return lines(states).flatMap((line): readonly PodOutcome[] => {
    const found =
      /^pod\|(?<node>[a-z0-9.-]+)\|(?<state>[A-Za-z]*)\|(?<where>[^|]*)\|(?<waits>[^|]*)\|(?<ended>[^|]*)\|(?<message>.*)$/.exec(
        line,
      )?.groups;
    const node = found?.["node"];
    if (found === undefined || node === undefined) return [];
    const results = readProof(logs.get(node) ?? "");
    if (results.length > 0) return [{ node, results, note: undefined }];
    return [{ node, results: undefined, note: noteOf(found) }];
  });
}
