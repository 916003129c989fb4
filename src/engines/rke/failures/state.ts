import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** RKE's state and its way to the API. */
export const state: readonly KnownFailure[] = [
  row(
    /(?:This is a legacy cluster|Failed to fetch cluster certs from nodes|[Pp]ossible legacy cluster)/,
    "rke found a kubeconfig, but no state of the cluster",
    "Copy the newest cluster.rkestate back from the backups, or get it with `rke util get-state-file`. Never go on without it.",
    "cluster/state-missing",
  ),
  last(
    /\[state\] (?:Can not find RKE state file|failed to (?:read state file|unmarshal the state file|lookup current directory name)|Failed to unmarshal cluster data|error unmarshalling full state)(.*?)"/,
    "rke cannot read its state$1",
    "Copy the newest cluster.rkestate back from the backups.",
    "cluster/state-corrupt",
  ),
  last(
    /\[state\] (?:Failed to (?:Marshal state object|write state file)|error marshalling full state)(.*?)"|Failed to (?:create local admin kubeconfig file|redeploy local admin config with new host)(.*?)"|failed to lookup current directory name(.*?)"/,
    "rke cannot write into the cluster's folder$1$2$3",
    `Look whether the disk is full, and whether you own the folder. ${again}`,
  ),
  last(
    /(?:\[state\] |error getting full cluster state|error updating cluster state|fullState argument)(.*?)"/,
    "rke cannot keep its state in the cluster: $1",
    `Look whether the cluster answers (\`drover status\`). ${again}`,
  ),
  last(
    /[Ff]ailed to (?:initialize new|create) [Kk]ubernetes [Cc]lient: (.*?)"/,
    "rke does not get through to the cluster's API: $1",
    `Port 6443 of a controlplane host must be open from here; look at \`drover status\`. ${again}`,
  ),
];
