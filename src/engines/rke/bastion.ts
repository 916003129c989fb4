import type { Cluster, Endpoint } from "../../core/cluster.ts";
import type { Mapping } from "../../core/mapping.ts";

const same = (one: Endpoint, other: Endpoint) =>
  one.address === other.address && one.port === other.port && one.user === other.user && one.keyPath === other.keyPath;

/** Why rke, which logs in by itself, cannot take the ways of the inventory; undefined if it can. */
export function whyNoBastion({ hosts }: Pick<Cluster, "hosts">): string | undefined {
  const [first] = hosts;
  const bastion = first?.jump?.[0];
  const commanded = hosts.find((host) => [host, ...(host.jump ?? [])].some((way) => way.proxyCommand !== undefined));
  if (commanded !== undefined) return `${commanded.name} is reached by a ProxyCommand, and rke runs none`;
  const several = hosts.find(({ jump }) => (jump ?? []).length > 1);
  if (several !== undefined) return `${several.name} lies behind ${several.jump?.length} jump hosts, and rke knows one`;
  const other = hosts.find(({ jump }) => {
    const own = jump?.[0];
    return own === undefined || bastion === undefined ? own !== bastion : !same(own, bastion);
  });
  return other === undefined
    ? undefined
    : `${first?.name} and ${other.name} are not reached through the same jump host, and rke knows one for all`;
}

/** `bastion_host` of cluster.yml: the jump host of all hosts, if there is one. Its key is the agent's where it names none. */
export function bastionOf(cluster: Pick<Cluster, "hosts">): Mapping | undefined {
  const bastion = cluster.hosts[0]?.jump?.[0];
  if (bastion === undefined || whyNoBastion(cluster) !== undefined) return undefined;
  const { address, port, user, keyPath } = bastion;
  // Else rke asks for the API through the proxy of its environment from behind the tunnel (rancher/rke#2525).
  return { address, port: String(port), user, ssh_key_path: keyPath, ignore_proxy_env_vars: true };
}
