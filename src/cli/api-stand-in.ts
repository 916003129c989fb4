import { readFile } from "node:fs/promises";
import { stepsIn } from "../connection/live-server.ts";
import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import { urlHost } from "../kube/url-host.ts";

/** Where Kubernetes' API is on a controlplane host; RKE knows no other. */
const apiPort = 6443;

/**
 * RKE's kubeconfig names one controlplane host, the last of those that `rke up` saw. Where there are several and that one is lost, another is asked: all of RKE's
 * API servers have one and the same certificate, good for each of them. The URL of the one that stands in; undefined: none.
 */
export async function apiStandIn(
  { hosts }: Pick<Cluster, "hosts">,
  { kubeconfig }: Pick<ClusterPaths, "kubeconfig">,
): Promise<string | undefined> {
  const servers = hosts
    .filter(({ roles }) => roles.includes("controlplane"))
    .map(({ address }) => `https://${urlHost(address)}:${apiPort}`);
  if (servers.length < 2) return undefined;
  const text = await readFile(kubeconfig, "utf8").catch(() => "");
  const usual = /^ +server: *"?(https:\/\/[^\s"]+)"?$/m.exec(text)?.[1];
  if (usual === undefined || !URL.canParse(usual)) return undefined;
  return stepsIn(
    usual,
    servers.filter((server) => server !== usual),
  );
}
