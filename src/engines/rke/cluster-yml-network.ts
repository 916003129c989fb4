import type { Cluster } from "../../core/cluster.ts";
import type { Mapping } from "../../core/mapping.ts";
import type { RkeNetwork, RkeUpgrade } from "../../core/rke.ts";

/** What the plugins call flannel's settings (cluster/network.go of rke). */
const flannelKeys: Readonly<Record<string, { readonly interface: string; readonly backend: string }>> = {
  canal: { interface: "canal_iface", backend: "canal_flannel_backend_type" },
  flannel: { interface: "flannel_iface", backend: "flannel_backend_type" },
};

/** `network` of cluster.yml. */
export function networkOf({ plugin, options, mtu, backend, interface: card }: RkeNetwork): Mapping {
  const keys = flannelKeys[plugin];
  const own = keys === undefined ? {} : { [keys.interface]: card, [keys.backend]: backend };
  return { plugin, mtu, options: { ...own, ...options } };
}

/** `dns` of cluster.yml. */
export function dnsOf({ rke, dns }: Pick<Cluster, "rke" | "dns">): Mapping {
  const { provider, upstream, stubDomains, nodeLocal } = rke.dns;
  return {
    provider,
    upstreamnameservers: upstream.length > 0 ? upstream : dns.nameservers,
    stubdomains: stubDomains,
    nodelocal: { ip_address: nodeLocal },
  };
}

/** `ingress` of cluster.yml. */
export function ingressOf({ ingress, nginx }: Cluster["rke"]): Mapping {
  if (ingress === "none") return { provider: ingress };
  return {
    provider: ingress,
    http_port: nginx.httpPort,
    https_port: nginx.httpsPort,
    network_mode: nginx.networkMode,
    options: nginx.options,
    extra_args: nginx.extraArgs,
  };
}

/**
 * `upgrade_strategy` of cluster.yml, without what is RKE's default. Draining always with all five settings: rke crashes where
 * they are missing, and forgets those that are given where one is (rancher/rke#2349, cluster/cluster.go parseNodeDrainInput).
 */
export function upgradeOf(upgrade: RkeUpgrade): Mapping {
  return {
    max_unavailable_worker: upgrade.workersAtOnce === "10%" ? undefined : upgrade.workersAtOnce,
    max_unavailable_controlplane: upgrade.controlplanesAtOnce === "1" ? undefined : upgrade.controlplanesAtOnce,
    ...(upgrade.drain ? { drain: true, node_drain_input: drain(upgrade) } : {}),
  };
}

function drain(upgrade: RkeUpgrade): Mapping {
  return {
    force: upgrade.drainForce,
    ignore_daemonsets: true,
    delete_local_data: upgrade.drainDeletesLocalData,
    grace_period: upgrade.drainGraceSeconds,
    timeout: upgrade.drainTimeoutSeconds,
  };
}
