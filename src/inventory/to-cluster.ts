import type { Cluster, Host, Taint } from "../core/cluster.ts";
import { type Bases, chartPath, filePath, programPath } from "./paths.ts";
import type { Inventory } from "./schema/inventory.ts";

/** `key=value:Effect`, which the schema has checked. */
function toTaint(text: string): Taint {
  const [, key = "", value = "", effect] = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(text) ?? [];
  return { key, value, effect: effect as Taint["effect"] };
}

function toHost(host: Inventory["hosts"][number], ssh: Inventory["ssh"], bases: Bases): Host {
  const key = host.key ?? ssh.key;
  return {
    name: host.name,
    address: host.address,
    internalAddress: host.internalAddress,
    port: host.port ?? ssh.port,
    // A rule has made sure that one of the two is there.
    user: host.user ?? ssh.user ?? "",
    keyPath: key === undefined ? undefined : filePath(key, bases),
    // Without the comment that a .pub file ends with.
    hostKey: host.hostKey?.trim().split(/\s+/).slice(0, 2).join(" "),
    roles: host.roles,
    gpu: host.gpu,
    labels: host.labels,
    taints: host.taints.map(toTaint),
  };
}

function toAddons({ certManager }: Inventory["addons"], bases: Bases): Cluster["addons"] {
  if (certManager === undefined) return { certManager: undefined };
  return { certManager: { ...certManager, chart: chartPath(certManager.chart, bases) } };
}

function toExtraArgs(extraArgs: Inventory["rke"]["extraArgs"]): Cluster["rke"]["extraArgs"] {
  return Object.fromEntries(Object.entries(extraArgs).flatMap(([name, args]) => (args ? [[name, args]] : [])));
}

/** A checked inventory as a cluster: host defaults applied, paths absolute. `passwords` are those of its registries. */
export function toCluster(inventory: Inventory, bases: Bases, passwords: readonly (string | undefined)[]): Cluster {
  const { ssh, tools, rke } = inventory;
  return {
    name: inventory.cluster.name,
    hosts: inventory.hosts.map((host) => toHost(host, ssh, bases)),
    docker: { ...inventory.docker, version: inventory.docker.version },
    dns: inventory.dns,
    extraHosts: inventory.extraHosts,
    kernel: inventory.kernel,
    registries: inventory.registries.map((registry, index) => ({
      ...registry,
      user: registry.user,
      password: passwords[index],
    })),
    rke: { ...rke, extraArgs: toExtraArgs(rke.extraArgs) },
    addons: toAddons(inventory.addons, bases),
    tools: {
      rke: programPath(tools.rke, bases),
      kubectl: programPath(tools.kubectl, bases),
      helm: programPath(tools.helm, bases),
    },
  };
}
