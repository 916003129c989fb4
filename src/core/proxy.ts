import type { Cluster } from "./cluster.ts";

/** The way out of the network. URLs without user and password. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** What is reached without it, besides what `noProxy` always adds. */
  readonly no: readonly string[];
}

/** Where a program runs that is told of a proxy. */
type Where = "hosts" | "control";

type Parts = Pick<Cluster, "hosts" | "rke" | "proxy" | "addons">;

/**
 * What is never asked for through a proxy, in the words of NO_PROXY: the hosts, all that is inside the cluster, the rest.
 * On the control machine hosts behind jump hosts are not among it: a proxy is the very way to them.
 */
export function noProxy({ hosts, rke, proxy, addons }: Parts, where: Where): readonly string[] {
  const near = hosts.filter(({ jump }) => where === "hosts" || (jump ?? []).length === 0);
  const machines = near.flatMap(({ name, address, internalAddress }) => [name, address, internalAddress ?? address]);
  const api = addons.kubeVip === undefined || near.length === 0 ? [] : [addons.kubeVip.address];
  const inside = [rke.clusterCidr, rke.serviceCidr, ".svc", `.${rke.clusterDomain}`];
  return [...new Set(["localhost", "127.0.0.1", "::1", ...machines, ...api, ...inside, ...(proxy?.no ?? [])])];
}

/** The variables that programs take a proxy from, in both spellings: curl reads only the small http_proxy, Go either. */
export function proxyVariables(cluster: Parts, where: Where): Readonly<Record<string, string>> {
  const { proxy } = cluster;
  const https = proxy?.https ?? proxy?.http;
  if (proxy === undefined || https === undefined) return {};
  const pairs = [
    ...(proxy.http === undefined ? [] : [["http_proxy", proxy.http] as const]),
    ["https_proxy", https] as const,
    ["no_proxy", noProxy(cluster, where).join(",")] as const,
  ];
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => [
      [name, value],
      [name.toUpperCase(), value],
    ]),
  );
}
