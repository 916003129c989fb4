import { parseCidr } from "../cidr.ts";
import { type Draft, isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import { innerNetworks } from "./inner-networks.ts";
import type { Rule } from "./rule.ts";

/** Flags that RKE makes of settings which the inventory has keys for; a flag of one's own would win, and contradict them. */
const made: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "kube-api": {
    "service-cluster-ip-range": "rke.serviceCidr",
    "service-node-port-range": "rke.api.nodePorts",
    "encryption-provider-config": "rke.api.secretsEncryption",
    "etcd-servers": "the hosts with the role etcd",
    "audit-log-maxage": "rke.api.auditLog.maxAgeDays",
    "audit-log-maxbackup": "rke.api.auditLog.maxBackups",
    "audit-log-maxsize": "rke.api.auditLog.maxSizeMiB",
  },
  "kube-controller": { "cluster-cidr": "rke.clusterCidr", "service-cluster-ip-range": "rke.serviceCidr" },
  kubelet: {
    "cluster-domain": "rke.clusterDomain",
    "cluster-dns": "rke.serviceCidr, whose tenth address it is",
    "hostname-override": "the names of the hosts",
    "node-ip": "the hosts' internalAddress",
  },
  kubeproxy: { "cluster-cidr": "rke.clusterCidr", "hostname-override": "the names of the hosts" },
  etcd: {
    name: "the names of the hosts",
    "initial-cluster": "the hosts with the role etcd",
    "data-dir": "RKE alone, which mounts it",
  },
};

/** What the inventory says, a flag may not say otherwise. */
export const flagsFitTheInventory: Rule = ({ rke }) =>
  Object.entries(rke?.extraArgs ?? {}).flatMap(([program, flags]) =>
    Object.keys(flags ?? {}).flatMap((flag): readonly Mistake[] => {
      const owner = made[program]?.[flag];
      if (owner === undefined) return [];
      return [{ path: ["rke", "extraArgs", program, flag], message: `is set by ${owner}; remove it here` }];
    }),
  );

/** Bits of the network that each node gets for its pods: kube-controller-manager's own default for IPv4. */
const nodeMaskBits = 24;

/** Pods that a node runs where nothing else is said: kubelet's own default. */
const usualPods = 110;

/** What a flag says, or `usual` where nothing is said of it; undefined where what is said was refused, or is no number. */
function flag({ rke = {} }: Draft, program: "kube-controller" | "kubelet", name: string, usual: number) {
  const { extraArgs = {} } = rke;
  if (isRefused(rke, "extraArgs") || isRefused(extraArgs, program)) return undefined;
  const value = Number({ [name]: usual, ...extraArgs[program] }[name]);
  return Number.isInteger(value) ? value : undefined;
}

/** Each node takes a network of its own out of the pods' range: a node too many stays without pods, and says so nowhere. */
export const podsFitTheirRange: Rule = (draft) => {
  const range = innerNetworks(draft).find(({ name }) => name === "rke.clusterCidr");
  const mask = flag(draft, "kube-controller", "node-cidr-mask-size", nodeMaskBits);
  const count = draft.hosts?.length ?? 0;
  if (range === undefined || mask === undefined || mask < 1 || mask > 30) return [];
  const { text, cidr, path } = range;
  const nodes = Math.floor((cidr.last - cidr.first + 1) / 2 ** (32 - mask));
  if (nodes < Math.max(count, 1))
    return [{ path, message: `${text} has room for ${nodes} nodes of /${mask} each, and there are ${count} hosts` }];
  const pods = flag(draft, "kubelet", "max-pods", usualPods);
  // The network's own address, its gateway and its broadcast address are no pod's.
  const room = 2 ** (32 - mask) - 3;
  if (pods === undefined || pods <= room) return [];
  const message = `${pods} pods do not fit into the /${mask} of a node, which holds ${room}; lower it, or set kube-controller's node-cidr-mask-size`;
  return [{ path: ["rke", "extraArgs", "kubelet", "max-pods"], message }];
};

/** Kubernetes takes no service range of more than 20 bits, and cluster DNS needs its tenth address. */
export const servicesFitTheirRange: Rule = ({ rke }) => {
  const text = rke?.serviceCidr;
  const bits = Number(/\/(\d+)$/.exec(text ?? "")?.[1] ?? 16);
  if (text === undefined || parseCidr(text) === undefined || (bits >= 12 && bits <= 28)) return [];
  const why = bits < 12 ? "is larger than Kubernetes takes: /12 at most" : "is too small: /28 at least";
  return [{ path: ["rke", "serviceCidr"], message: `${text} ${why}` }];
};
