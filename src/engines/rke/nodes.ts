import type { Host } from "../../core/cluster.ts";
import type { Mapping } from "../../core/mapping.ts";
import { nodeName } from "../../kube/node-name.ts";

/** `nodes` of cluster.yml, in the order of the inventory, without anything that is RKE's default. */
export function nodesOf(hosts: readonly Host[]): readonly Mapping[] {
  const keys = sshKeysOf(hosts);
  return hosts.map((host) => ({
    address: host.address,
    port: host.port === 22 ? undefined : String(host.port),
    internal_address: host.internalAddress === host.address ? undefined : host.internalAddress,
    hostname_override: nodeName(host),
    user: host.user,
    role: [...host.roles],
    ssh_key_path: keys.node(host),
    labels: Object.keys(host.labels).length === 0 ? undefined : host.labels,
    taints: host.taints.length === 0 ? undefined : host.taints.map((taint) => ({ ...taint })),
  }));
}

/** Where cluster.yml names private keys. */
export interface SshKeys {
  /** Keys of the whole cluster. */
  readonly cluster: { readonly ssh_agent_auth?: true; readonly ssh_key_path?: string };
  /** The key of one node, where it needs a line of its own. */
  readonly node: (host: Host) => string | undefined;
}

/**
 * One key for all stands once, at the top; different keys stand at their nodes. RKE has one switch for the agent, which it
 * copies onto every node, so one host without a key means the agent for all.
 */
export function sshKeysOf(hosts: readonly Host[]): SshKeys {
  const paths = new Set(hosts.map((host) => host.keyPath));
  if (paths.has(undefined)) return { cluster: { ssh_agent_auth: true }, node: () => undefined };
  const [only] = paths;
  if (paths.size === 1 && only !== undefined) return { cluster: { ssh_key_path: only }, node: () => undefined };
  return { cluster: {}, node: (host) => host.keyPath };
}
