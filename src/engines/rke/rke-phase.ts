import type { Progress } from "../../core/step.ts";
import { readRkeLog } from "./rke-log.ts";

/**
 * RKE's log as phases for people. Fractions are shares of the 97 s that a first `rke up` with image pulls took on three
 * hosts; on a cluster that is there already some phases are short or absent.
 */
const phases: readonly (readonly [pattern: RegExp, fraction: number, phase: string])[] = [
  [/^Initiating Kubernetes cluster/, 0.01, "reading the configuration"],
  [/^\[certificates\] Generating CA kubernetes certificates/, 0.02, "making certificates"],
  [/^Building Kubernetes cluster/, 0.04, "connecting to the hosts"],
  [/^\[network\] Deploying port listener containers/, 0.06, "checking that the hosts reach each other's ports"],
  [/^\[network\] No hosts added existing cluster, skipping port check/, 0.1, "comparing with the running cluster"],
  [
    /^\[certificates\] Deploying kubernetes certificates to Cluster nodes/,
    0.2,
    "bringing the certificates to the hosts",
  ],
  [/^\[reconcile\] Reconciling cluster state/, 0.26, "comparing with the running cluster"],
  [/^Pre-pulling kubernetes images/, 0.28, "looking for the images"],
  [/^\[etcd\] Building up etcd plane/, 0.3, "starting etcd"],
  [/^\[controlplane\] Building up Controller Plane/, 0.4, "starting the control plane"],
  [/^\[controlplane\] Processing controlplane hosts for upgrade/, 0.4, "upgrading the control plane"],
  [/^\[authz\] Creating rke-job-deployer ServiceAccount/, 0.55, "setting up access rights"],
  [/^\[worker\] Building up Worker Plane/, 0.58, "starting the workers"],
  [/^\[worker\] Upgrading Worker Plane/, 0.58, "upgrading the workers"],
  [/^\[sync\] Syncing nodes Labels and Taints/, 0.72, "setting labels and taints"],
  [/^\[network\] Setting up network plugin: (\S+)/, 0.74, "deploying the pods' network ($1)"],
  [/^\[addons\] Setting up (coredns|kube-dns)/, 0.82, "deploying cluster DNS ($1)"],
  [/^\[addons\] Setting up Metrics Server/, 0.88, "deploying the metrics server"],
  [/^\[ingress\] Setting up (\S+) ingress controller/, 0.94, "deploying the ingress controller ($1)"],
  [/^\[addons\] Setting up user addons/, 0.98, "deploying add-ons of cluster.yml"],
  [/^Finished building Kubernetes cluster successfully/, 1, "finished"],
];

/** Where `rke up` stands, from a line of its log; undefined for lines that begin no phase. */
export function rkePhase(line: string): Progress | undefined {
  return phaseOf(phases, line);
}

function phaseOf(table: typeof phases, line: string): Progress | undefined {
  const message = readRkeLog(line)?.message;
  if (message === undefined) return undefined;
  for (const [pattern, fraction, phase] of table) {
    const match = pattern.exec(message);
    if (match !== null) return { phase: phase.replace("$1", match[1] ?? ""), fraction };
  }
  return undefined;
}

const removePhases: readonly (readonly [pattern: RegExp, fraction: number, phase: string])[] = [
  [/^Tearing down Kubernetes cluster/, 0.05, "connecting to the hosts"],
  [/^\[worker\] Tearing down/, 0.2, "removing the workers"],
  [/^\[controlplane\] Tearing down/, 0.4, "removing the control plane"],
  [/^\[etcd\] Tearing down/, 0.6, "removing etcd"],
  [/^\[hosts\] Cleaning up host \[(\S+)\]/, 0.8, "cleaning $1"],
  [/^Cluster removed successfully/, 1, "removed"],
];

/** Where `rke remove` stands. */
export function rkeRemovePhase(line: string): Progress | undefined {
  return phaseOf(removePhases, line);
}
