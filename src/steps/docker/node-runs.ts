import { type Probe, succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** Whether this host carries a cluster: a kubelet runs there, in a container as RKE's does or not. */
export const nodeRuns: Probe<boolean> = succeeds(sh`grep -qsx kubelet /proc/[0-9]*/comm`);
