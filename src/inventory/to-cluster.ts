import type { Cluster, Host, Taint } from "../core/cluster.ts";
import type { Path } from "./mistake.ts";
import { type Bases, chartPath, filePath, programPath } from "./paths.ts";
import type { Inventory } from "./schema/inventory.ts";

/** Where the paths of a file start, by the place at which one is written: extended files have folders of their own. */
export type BasesOf = (path: Path) => Bases;

/** `key=value:Effect`, which the schema has checked. */
function toTaint(text: string): Taint {
  const [, key = "", value = "", effect] = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(text) ?? [];
  return { key, value, effect: effect as Taint["effect"] };
}

function toHost({ hosts, ssh }: Inventory, index: number, basesOf: BasesOf): readonly Host[] {
  const host = hosts[index];
  if (host === undefined) return [];
  const key = host.key ?? ssh.key;
  const keyBases = basesOf(host.key === undefined ? ["ssh", "key"] : ["hosts", index, "key"]);
  return [
    {
      name: host.name,
      address: host.address,
      internalAddress: host.internalAddress,
      port: host.port ?? ssh.port,
      // A rule has made sure that one of the two is there.
      user: host.user ?? ssh.user ?? "",
      keyPath: key === undefined ? undefined : filePath(key, keyBases),
      // Without the comment that a .pub file ends with.
      hostKey: host.hostKey?.trim().split(/\s+/).slice(0, 2).join(" "),
      roles: host.roles,
      gpu: host.gpu,
      labels: host.labels,
      taints: host.taints.map(toTaint),
    },
  ];
}

function toGpu({ driver, toolkit, proofImage }: Inventory["gpu"]): Cluster["gpu"] {
  return {
    driver: { ...driver, version: driver.version },
    toolkit: { ...toolkit, version: toolkit.version },
    proofImage,
  };
}

function toAddons({ certManager }: Inventory["addons"], basesOf: BasesOf): Cluster["addons"] {
  if (certManager === undefined) return { certManager: undefined };
  const chart = chartPath(certManager.chart, basesOf(["addons", "certManager", "chart"]));
  return { certManager: { ...certManager, chart } };
}

function toExtraArgs(extraArgs: Inventory["rke"]["extraArgs"]): Cluster["rke"]["extraArgs"] {
  return Object.fromEntries(Object.entries(extraArgs).flatMap(([name, args]) => (args ? [[name, args]] : [])));
}

/** A checked inventory as a cluster: host defaults applied, paths absolute. `passwords` are those of its registries. */
export function toCluster(inventory: Inventory, basesOf: BasesOf, passwords: readonly (string | undefined)[]): Cluster {
  const { tools, rke } = inventory;
  const program = (name: keyof typeof tools) => programPath(tools[name], basesOf(["tools", name]));
  return {
    name: inventory.cluster.name,
    hosts: inventory.hosts.flatMap((_, index) => toHost(inventory, index, basesOf)),
    docker: { ...inventory.docker, version: inventory.docker.version },
    gpu: toGpu(inventory.gpu),
    dns: inventory.dns,
    extraHosts: inventory.extraHosts,
    kernel: inventory.kernel,
    registries: inventory.registries.map((registry, index) => ({
      ...registry,
      user: registry.user,
      password: passwords[index],
    })),
    rke: { ...rke, extraArgs: toExtraArgs(rke.extraArgs) },
    addons: toAddons(inventory.addons, basesOf),
    tools: { rke: program("rke"), kubectl: program("kubectl"), helm: program("helm") },
  };
}
