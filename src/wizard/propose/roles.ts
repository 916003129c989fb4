import type { Role } from "../../core/cluster.ts";
import type { KnownHost, Seen } from "../seen.ts";

/** The roles of one machine, and why. */
export interface RoleProposal {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly because: string;
}

const all: readonly Role[] = ["controlplane", "etcd", "worker"];

/** MiB. etcd and the API server of a small cluster; less is for trying out. */
const enoughMemory = 3_500;

function hasGpu(seen: Seen | undefined): boolean {
  return (seen?.gpus.length ?? 0) > 0;
}

/** Lower is better for the control plane: no GPU, seen, a name that says so, enough memory; then the order of the list. */
function rank({ name, seen }: KnownHost): number {
  const named = /^(cp|control|controller|master|mgmt|manager|etcd)/.test(name) ? 0 : 1;
  const known = seen === undefined ? 8 : 0;
  const small = seen !== undefined && seen.memoryMiB < enoughMemory ? 4 : 0;
  return (hasGpu(seen) ? 16 : 0) + known + small + named;
}

/** An odd number, since etcd needs more than half of its members: 1 for one or two machines without a GPU, 3, 5 from ten on. */
function controlCount(hosts: readonly KnownHost[]): number {
  const plain = hosts.filter(({ seen }) => !hasGpu(seen)).length;
  if (plain === 0) return hosts.length >= 3 ? 3 : 1;
  if (plain < 3) return 1;
  return plain >= 10 ? 5 : 3;
}

/**
 * Roles for each machine, in their order: an odd number of etcd members on machines without GPUs, everything else works.
 * Machines of the control plane work too where no other machine without a GPU would, so that Rancher, the ingress and
 * the cluster's own pods do not land on GPU machines alone.
 */
export function proposeRoles(hosts: readonly KnownHost[]): readonly RoleProposal[] {
  const [only] = hosts;
  if (hosts.length === 1 && only !== undefined)
    return [{ name: only.name, roles: all, because: "one machine does everything" }];
  const count = controlCount(hosts);
  const ranked = hosts.toSorted((a, b) => rank(a) - rank(b));
  const control = new Set(ranked.slice(0, count));
  const others = hosts.filter((host) => !control.has(host));
  const shared = !others.some(({ seen }) => !hasGpu(seen));
  return hosts.map((host) => {
    if (control.has(host)) return controlProposal(host, count, shared, others.length);
    return { name: host.name, roles: ["worker"], because: workerReason(host) };
  });
}

function controlProposal(host: KnownHost, count: number, shared: boolean, others: number): RoleProposal {
  const survives =
    { 1: "1 etcd: 2 would be no safer", 3: "3 etcd: one may fail", 5: "5 etcd: two may fail" }[count] ?? "";
  const works =
    others === 0 ? "; works too, as every machine is needed" : "; works too, so that not all pods go to GPUs";
  return {
    name: host.name,
    roles: shared ? all : ["controlplane", "etcd"],
    because: `${survives}${shared ? works : ""}`,
  };
}

function workerReason({ seen }: KnownHost): string {
  if (seen === undefined) return "not seen yet";
  return hasGpu(seen) ? `${seen.gpus.length === 1 ? "has a GPU" : `has ${seen.gpus.length} GPUs`}` : "runs your pods";
}
