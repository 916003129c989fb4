import type { Cluster, Host } from "../core/cluster.ts";
import { meshAddress, portsBetween } from "./flows.ts";
import type { Target } from "./prober.ts";

/** In larger clusters a worker tries so many others of its kind: a mesh of 1,000 hosts has a million pairs. */
const neighbours = 20;

/** Whom a host tries: all that hold the cluster together, and of the rest those that follow it in the inventory. */
export function targetsOf(host: Host, cluster: Cluster, hosts: readonly Host[]): readonly Target[] {
  const at = hosts.findIndex(({ name }) => name === host.name);
  const others = [...hosts.slice(at + 1), ...hosts.slice(0, Math.max(0, at))].filter(({ name }) => name !== host.name);
  const chosen = others.filter((other, index) => index < neighbours || isCentral(other) || isCentral(host));
  return chosen.map((to) => ({
    name: to.name,
    address: meshAddress(to),
    // sshd answers for sure: it tells a closed port from a host that cannot be reached at all.
    ports: [...portsBetween(host, to, cluster), { protocol: "tcp" as const, port: to.port }],
  }));
}

function isCentral({ roles }: Host): boolean {
  return roles.includes("etcd") || roles.includes("controlplane");
}
