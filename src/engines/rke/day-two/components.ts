import type { Host } from "../../../core/cluster.ts";
import { lines, type Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";

/** One of Kubernetes' own programs on a host. */
export interface Component {
  readonly name: string;
  /** Docker's word: running, exited, restarting, paused...; `missing` if there is no such container. */
  readonly state: string;
}

/** The programs that RKE runs on a host with these roles, as containers of these names. */
function expectedOn({ roles }: Host): readonly string[] {
  return [
    ...(roles.includes("etcd") ? ["etcd"] : []),
    ...(roles.includes("controlplane")
      ? ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
      : ["nginx-proxy"]),
    "kubelet",
    "kube-proxy",
  ];
}

/** The components of a host and how they are; undefined if its Docker does not answer. */
export function componentsProbe(host: Host): Probe<readonly Component[] | undefined> {
  return {
    sh: sh`docker ps -a --format '{{.Names}} {{.State}}'`,
    parse: ({ code, stdout }) => {
      if (code !== 0) return undefined;
      const found = new Map(lines(stdout).map((line) => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]));
      return expectedOn(host).map((name) => ({ name, state: found.get(name) ?? "missing" }));
    },
  };
}
