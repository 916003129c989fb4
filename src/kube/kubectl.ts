import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import { noProxy } from "../core/proxy.ts";
import { Sh, sh } from "../core/shell.ts";

/** What a command against the cluster needs to know. */
export interface KubeAccess {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
}

/** The variable that names another API server than the kubeconfig's, as a URL, while that one is lost. */
export const apiServerVariable = "DROVER_API_SERVER";

/** A kubeconfig, and with it the server that stands in while the one that it names is lost; `flag` is the program's for it. */
export function kubeconfigFlags({ paths }: Pick<KubeAccess, "paths">, flag: "--server" | "--kube-apiserver"): Sh {
  const standIn = Sh.trusted(`\${${apiServerVariable}:+"${flag}=$${apiServerVariable}"}`);
  return sh`--kubeconfig ${paths.kubeconfig} ${standIn}`;
}

/**
 * A kubectl command line against this cluster and no other, whatever KUBECONFIG says. A dead API server is given up after
 * 5 s. With an HTTP proxy in the environment, the hosts' own addresses still go directly.
 */
export function kubectl(access: KubeAccess, args: Sh): Sh {
  const { cluster } = access;
  return sh`${directly(cluster)} ${cluster.tools.kubectl} ${kubeconfigFlags(access, "--server")} --request-timeout 5s ${args}`;
}

/**
 * Asks a server, a URL as shell text, for a path as nobody in particular: without the cluster's kubeconfig, and with a token of
 * nobody, or kubectl would ask for a name. Whoever serves Kubernetes there answers that nobody may know.
 */
export function kubectlAsNobody(access: KubeAccess, server: Sh, path: string): Sh {
  const nowhere = { ...access, paths: { ...access.paths, kubeconfig: "/dev/null" } };
  return kubectl(nowhere, sh`--server ${server} --token nobody --insecure-skip-tls-verify get --raw ${path}`);
}

/** The same for a command that waits for something to happen, for as long as it says itself. */
export function patientKubectl(access: KubeAccess, args: Sh): Sh {
  const { cluster } = access;
  return sh`${directly(cluster)} ${cluster.tools.kubectl} ${kubeconfigFlags(access, "--server")} ${args}`;
}

/** A NO_PROXY assignment, to stand before a command: what is in the cluster is never asked for through a proxy. */
export function directly(cluster: Cluster): Sh {
  const all = noProxy(cluster, "control").join(",");
  return sh`NO_PROXY="$NO_PROXY,$no_proxy,"${all}`;
}
