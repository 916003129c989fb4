import type { AddonSettings } from "../core/addons.ts";
import type { Cluster, ToolName } from "../core/cluster.ts";
import { oneSpelling } from "../core/one-spelling.ts";
import type { RkeSettings } from "../core/rke.ts";
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

/** Settings that are keys of daemon.json have their place there. */
function toDocker({ docker }: Inventory): Cluster["docker"] {
  const { source, version, repository, dataRoot, moveData, logOptions, mirrors, daemon } = docker;
  const logs = logOptions === undefined ? {} : { "log-driver": "json-file", "log-opts": logOptions };
  const root = dataRoot === undefined ? {} : { "data-root": dataRoot };
  const hubs = mirrors.length === 0 ? {} : { "registry-mirrors": mirrors };
  return {
    source,
    version,
    repository: repository && { url: repository.url.replace(/\/$/, ""), fingerprint: repository.fingerprint },
    daemon: { ...logs, ...root, ...hubs, ...daemon },
    dataRoot,
    moveData,
  };
}

/** Names and addresses: a host's name stands for where the other hosts find it. */
function toExtraHosts({ extraHosts }: Inventory, hosts: Cluster["hosts"]): Cluster["extraHosts"] {
  const addressOf = new Map(hosts.map(({ name, address, internalAddress }) => [name, internalAddress ?? address]));
  return Object.fromEntries(
    Object.entries(extraHosts).map(([name, to]) => [name, addressOf.get(to) ?? oneSpelling(to)]),
  );
}

function toProxy({ proxy }: Inventory): Cluster["proxy"] {
  return proxy === undefined ? undefined : { http: proxy.http, https: proxy.https, no: proxy.no };
}

/** What is named stays the operator's; the rest may be downloaded. */
function toDownloads({ tools }: Inventory): Cluster["downloads"] {
  const rows = Object.entries(tools).flatMap(([name, given]) =>
    typeof given === "string" ? [] : [[name, given.version ?? "fitting"] as const],
  );
  return Object.fromEntries(rows);
}

/** The parts of a cluster that name files. */
export interface ReadParts {
  readonly registries: Cluster["registries"];
  readonly rke: RkeSettings;
  readonly addons: AddonSettings;
}

/** A checked inventory as a cluster: defaults applied, paths absolute, secrets found. */
export function toCluster(checked: Checked, read: ReadParts, world: HostWorld): Cluster {
  const { inventory } = checked;
  const { registries, rke, addons } = read;
  const { tools } = inventory;
  const hosts = inventory.hosts.flatMap((_, index) => toHost(checked, index, world));
  const program = (name: ToolName) => {
    const given = tools[name];
    return typeof given === "string" ? programPath(given, world.basesOf(["tools", name])) : name;
  };
  return {
    name: inventory.cluster.name,
    hosts,
    docker: toDocker(inventory),
    gpu: toGpu(inventory.gpu),
    dns: { ...inventory.dns, nameservers: inventory.dns.nameservers.map(oneSpelling) },
    extraHosts: toExtraHosts(inventory, hosts),
    proxy: toProxy(inventory),
    kernel: inventory.kernel,
    time: inventory.time,
    firewall: inventory.firewall,
    upgrades: inventory.upgrades,
    registries,
    engine: inventory.engine,
    rke,
    addons,
    tools: { rke: program("rke"), kubectl: program("kubectl"), helm: program("helm") },
    downloads: toDownloads(inventory),
  };
}
