import { readFile } from "node:fs/promises";
import { DroverError } from "../../core/errors.ts";
import { isMapping } from "../../core/mapping.ts";
import { clusterDocument } from "../../engines/rke/cluster-yml.ts";
import { type Entry, readEntry } from "../../kubeconfig/entry.ts";
import { isCertified, serverUrl } from "../../kubeconfig/server.ts";
import type { LoadedCluster } from "../load-cluster.ts";

/** What a person may want to be different from RKE's own kubeconfig. */
export interface EntryOptions {
  /** The context's name; the cluster's, if not given. */
  readonly context?: string;
  readonly server?: string;
}

/**
 * The way to this cluster, as RKE wrote it, with the server that was asked for, else the address that the inventory gives it.
 * @throws DroverError `kubeconfig/missing` if there is no cluster yet, `kubeconfig/unreadable`, `cli/usage`
 */
export async function clusterEntry({ cluster, paths }: LoadedCluster, options: EntryOptions): Promise<Entry> {
  const text = await readFile(paths.kubeconfig, "utf8").catch((cause: unknown) => {
    throw new DroverError("kubeconfig/missing", `there is no kubeconfig of ${cluster.name} yet (${paths.kubeconfig})`, {
      remedy:
        "`drover up` makes the cluster, and its kubeconfig. Where another machine made it, copy its .drover folder.",
      cause,
    });
  });
  const entry = readEntry(text, options.context ?? cluster.name, paths.kubeconfig);
  const server = options.server ?? cluster.rke.api.address ?? cluster.addons.kubeVip?.address;
  if (server === undefined) return entry;
  return { ...entry, cluster: { ...entry.cluster, server: serverUrl(server, cluster.hosts) } };
}

/** What a person should know of the chosen server: that its name is not in the API's certificate. */
export function serverWarning(entry: Entry, { cluster, templates }: LoadedCluster): string | undefined {
  const server = String(entry.cluster["server"]);
  const authentication = clusterDocument(cluster, templates)["authentication"];
  const sans =
    isMapping(authentication) && Array.isArray(authentication["sans"]) ? authentication["sans"].map(String) : [];
  if (isCertified(server, cluster.hosts, sans)) return undefined;
  const name = new URL(server).hostname;
  return `${name} is not a name of the API's certificate: add it under rke.api.sans and run drover up.`;
}
