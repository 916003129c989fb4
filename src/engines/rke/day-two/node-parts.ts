import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";

/**
 * Whether a machine is the one that became a node: it has a kubelet's container, running or not. One that was installed anew, or
 * put in its place, has none. The node's own machine-id does not tell: RKE's kubelet runs in a container that does not see the
 * host's /etc/machine-id (rke v1.8.1, binds of BuildKubeletProcess in cluster/plan.go), so the node says none. Undefined if a Docker that is there does not answer.
 */
export const hasKubelet: Probe<boolean | undefined> = {
  sh: sh`docker inspect -f '{{.Name}}' kubelet`,
  parse: ({ code, stderr }) => {
    if (code === 0) return true;
    return code === 127 || /No such object/i.test(stderr) ? false : undefined;
  },
};
