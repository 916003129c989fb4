import type { AddonSettings } from "../core/addons.ts";
import type { Cluster, Host, Role } from "../core/cluster.ts";
import { vxlanPort } from "../core/vxlan-port.ts";

/** A port that a host of the cluster listens on. */
export interface NeededPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** What for, in a few words. */
  readonly use: string;
}

/** Who must reach which port on whom. No roles: every host. */
interface Flow extends NeededPort {
  readonly from: readonly Role[];
  readonly to: readonly Role[];
}

// RKE's own table: Rancher's "Port Requirements", and the checks in rke's cluster/network.go.
const always: readonly Flow[] = [
  { protocol: "tcp", port: 2379, use: "etcd", from: ["controlplane", "etcd"], to: ["etcd"] },
  { protocol: "tcp", port: 2380, use: "etcd among itself", from: ["etcd"], to: ["etcd"] },
  { protocol: "tcp", port: 6443, use: "the Kubernetes API", from: [], to: ["controlplane"] },
  { protocol: "tcp", port: 10250, use: "the kubelet", from: ["controlplane", "worker"], to: [] },
];

const byPlugin: Readonly<Record<string, readonly Flow[]>> = {
  calico: [
    { protocol: "tcp", port: 179, use: "routes of pods (BGP)", from: [], to: [] },
    { protocol: "udp", port: 4789, use: "pod traffic (VXLAN)", from: [], to: [] },
  ],
  weave: [
    { protocol: "tcp", port: 6783, use: "weave", from: [], to: [] },
    { protocol: "udp", port: 6783, use: "pod traffic (weave)", from: [], to: [] },
  ],
};

const byAddon: Partial<Record<keyof AddonSettings, readonly Flow[]>> = {
  // metallb.io, "Requirements": the speakers of all nodes tell each other who is alive.
  metallb: [
    { protocol: "tcp", port: 7946, use: "MetalLB's speakers among themselves", from: [], to: [] },
    { protocol: "udp", port: 7946, use: "MetalLB's speakers among themselves", from: [], to: [] },
  ],
  // Our values for its chart take these of every worker.
  traefik: [
    { protocol: "tcp", port: 80, use: "the ingress", from: [], to: ["worker"] },
    { protocol: "tcp", port: 443, use: "the ingress", from: [], to: ["worker"] },
  ],
};

function flows({ rke, addons }: Cluster): readonly Flow[] {
  const ofAddons = Object.entries(byAddon).filter(([key]) => addons[key as keyof AddonSettings] !== undefined);
  const port = vxlanPort(rke.network);
  const between: readonly Flow[] =
    port === undefined
      ? (byPlugin[rke.network.plugin] ?? [])
      : [{ protocol: "udp", port, use: "pod traffic (VXLAN)", from: [], to: [] }];
  return [...always, ...between, ...ofAddons.flatMap(([, ports]) => ports)];
}

function hasOneOf(host: Host, roles: readonly Role[]): boolean {
  return roles.length === 0 || roles.some((role) => host.roles.includes(role));
}

function plain({ protocol, port, use }: Flow): NeededPort {
  return { protocol, port, use };
}

/** What one host must reach on another. */
export function portsBetween(from: Host, to: Host, cluster: Cluster): readonly NeededPort[] {
  return flows(cluster)
    .filter((flow) => hasOneOf(from, flow.from) && hasOneOf(to, flow.to))
    .map(plain);
}

/** What a host listens on for others. */
export function portsOn(host: Host, cluster: Cluster): readonly NeededPort[] {
  return flows(cluster)
    .filter((flow) => hasOneOf(host, flow.to))
    .map(plain);
}

/** The address by which other hosts reach this one. */
export function meshAddress(host: Host): string {
  return host.internalAddress ?? host.address;
}
