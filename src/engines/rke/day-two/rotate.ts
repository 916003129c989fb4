import { sh } from "../../../core/shell.ts";
import type { Stage } from "../../../core/step.ts";
import { readyStep } from "../ready-step.ts";
import type { RkeSetup } from "../setup.ts";
import { clusterThere } from "./cluster-there.ts";
import { everyHost } from "./every-host.ts";
import { rkeTask } from "./rke-task.ts";

/** Services whose certificates rke renews one by one (rke v1.8.1, cmd/cert.go). */
export const rotatable = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "etcd",
] as const;

/** Which certificates are renewed. */
export interface Rotation {
  /** Of these services alone; of all, if there are none. */
  readonly services: readonly string[];
  /** A new authority too: every certificate of the cluster, and every pod of Kubernetes' own, is new afterwards. */
  readonly authority: boolean;
  readonly token: string;
}

/** New certificates for the cluster's components, by rke, which restarts them one host after the other. */
export function rotateStages(setup: RkeSetup, { services, authority, token }: Rotation): readonly Stage[] {
  const what = authority ? "the authority and all certificates" : "the certificates";
  const whose = services.length === 0 ? "of the cluster" : `of ${services.join(", ")}`;
  const flags = [...services.flatMap((service) => ["--service", service]), ...(authority ? ["--rotate-ca"] : [])];
  const rotate = rkeTask(setup, {
    id: "certs/rotate",
    title: "Renew the cluster's certificates",
    change: {
      summary: `renew ${what} ${whose}, and restart what uses them (rke cert rotate)`,
      disrupts: authority ? "cluster" : "service",
    },
    words: sh`cert rotate ${flags}`,
    token,
    timeoutMs: 60 * 60_000,
    everyHost: true,
  });
  return [
    clusterThere(setup),
    everyHost,
    { id: "rotate", title: "The cluster's certificates", on: "control", steps: [rotate] },
    { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(setup)] },
  ];
}
