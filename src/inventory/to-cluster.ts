import type { AddonSettings } from "../core/addons.ts";
import type { Cluster } from "../core/cluster.ts";
import type { Checked } from "./check.ts";
import { programPath } from "./paths.ts";
import type { Inventory } from "./schema/inventory.ts";
import { type HostWorld, toHost } from "./to-host.ts";

function toGpu({ driver, toolkit, proofImage }: Inventory["gpu"]): Cluster["gpu"] {
  return {
    driver: { ...driver, version: driver.version },
    toolkit: { ...toolkit, version: toolkit.version },
    proofImage,
  };
}

function toExtraArgs(extraArgs: Inventory["rke"]["extraArgs"]): Cluster["rke"]["extraArgs"] {
  return Object.fromEntries(Object.entries(extraArgs).flatMap(([name, args]) => (args ? [[name, args]] : [])));
}

function toRegistries({ registries }: Inventory, { secretOf }: HostWorld): Cluster["registries"] {
  return registries.map(({ password, ...registry }, index) => ({
    ...registry,
    user: registry.user,
    password:
      password === undefined ? undefined : secretOf({ text: password, at: ["registries", index, "password"] }).reveal(),
  }));
}

/** A checked inventory as a cluster: defaults applied, paths absolute, secrets found. */
export function toCluster(checked: Checked, addons: AddonSettings, world: HostWorld): Cluster {
  const { inventory } = checked;
  const { tools, rke } = inventory;
  const program = (name: keyof typeof tools) => programPath(tools[name], world.basesOf(["tools", name]));
  return {
    name: inventory.cluster.name,
    hosts: inventory.hosts.flatMap((_, index) => toHost(checked, index, world)),
    docker: { ...inventory.docker, version: inventory.docker.version },
    gpu: toGpu(inventory.gpu),
    dns: inventory.dns,
    extraHosts: inventory.extraHosts,
    kernel: inventory.kernel,
    time: inventory.time,
    firewall: inventory.firewall,
    upgrades: inventory.upgrades,
    registries: toRegistries(inventory, world),
    rke: { ...rke, extraArgs: toExtraArgs(rke.extraArgs) },
    addons,
    tools: { rke: program("rke"), kubectl: program("kubectl"), helm: program("helm") },
  };
}
