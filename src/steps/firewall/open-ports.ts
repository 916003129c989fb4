import type { Cluster, Host } from "../../core/cluster.ts";
import { vxlanPort } from "../../core/vxlan-port.ts";

/** Who may reach what on a host. */
export interface OpenPort {
  readonly protocol: "tcp" | "udp" | "any";
  /** `10250`, `2379:2380`, or empty for all. */
  readonly ports: string;
  /** An address or a range; empty for everybody. */
  readonly from: string;
}

/** What decides which ports are needed. */
export interface PortSettings {
  readonly hosts: readonly Host[];
  readonly network: Cluster["rke"]["network"];
  readonly ingress: Cluster["rke"]["ingress"];
  readonly clusterCidr: string;
}

/** Between all nodes, by network plugin, besides VXLAN of canal and flannel; Calico's own protocols need more than ports. */
const betweenNodes: Readonly<Record<string, readonly Omit<OpenPort, "from">[]>> = {
  calico: [{ protocol: "any", ports: "" }],
  weave: [
    { protocol: "tcp", ports: "6783" },
    { protocol: "udp", ports: "6783:6784" },
  ],
};

const isIp = (address: string | undefined): address is string =>
  address !== undefined && (/^\d+(\.\d+){3}$/.test(address) || address.includes(":"));

function podTraffic(network: PortSettings["network"]): readonly Omit<OpenPort, "from">[] {
  const port = vxlanPort(network);
  return port === undefined ? (betweenNodes[network.plugin] ?? []) : [{ protocol: "udp", ports: `${port}` }];
}

function addressesOf({ address, internalAddress }: Host): readonly string[] {
  return [...new Set([address, internalAddress].filter(isIp))];
}

/** Hosts that no rule can name, as they are given by DNS names alone. */
export function withoutAddress(hosts: readonly Host[]): readonly Host[] {
  return hosts.filter((host) => addressesOf(host).length === 0);
}

function from(peers: readonly Host[], ports: readonly Omit<OpenPort, "from">[]): readonly OpenPort[] {
  return peers.flatMap((peer) =>
    addressesOf(peer).flatMap((address) => ports.map((port) => ({ ...port, from: address }))),
  );
}

/**
 * The ports of a host's roles: those among nodes for the nodes alone, those of users for everybody (Rancher's and RKE's own
 * tables of ports). Pods reach their host from the pods' range.
 */
export function openPorts(host: Host, settings: PortSettings): readonly OpenPort[] {
  const peers = settings.hosts.filter((other) => other.name !== host.name);
  const has = (role: Host["roles"][number]) => host.roles.includes(role);
  const stores = peers.filter(({ roles }) => roles.includes("etcd") || roles.includes("controlplane"));
  const everybody = (protocol: "tcp" | "udp", ports: string): OpenPort => ({ protocol, ports, from: "" });
  return [
    { protocol: "any", ports: "", from: settings.clusterCidr },
    ...from(peers, [{ protocol: "tcp", ports: "10250" }, ...podTraffic(settings.network)]),
    ...(has("etcd") ? from(stores, [{ protocol: "tcp", ports: "2379:2380" }]) : []),
    ...(has("controlplane") ? [everybody("tcp", "6443")] : []),
    ...(has("worker") && settings.ingress !== "none" ? [everybody("tcp", "80"), everybody("tcp", "443")] : []),
    ...(has("worker") ? [everybody("tcp", "30000:32767"), everybody("udp", "30000:32767")] : []),
  ];
}

/** A rule in words. */
export function inWords({ protocol, ports, from: source }: OpenPort): string {
  const what = ports === "" ? "everything" : `${protocol} ${ports.replace(":", "-")}`;
  return `${what} from ${source === "" ? "everybody" : source}`;
}
