import * as z from "zod";
import { address, addresses, dnsLabel, dnsLabels } from "./formats.ts";
import { hostKey } from "./host-key.ts";
import { labels } from "./labels.ts";
import { maxHosts } from "./limits.ts";
import { sshTraits } from "./ssh.ts";
import { taints } from "./taints.ts";

const roles = z
  .array(z.enum(["controlplane", "etcd", "worker"]))
  .min(1, "must name at least one role: controlplane, etcd, worker")
  .refine((all) => new Set(all).size === all.length, "names the same role twice");

/** What a host says of itself, or its groups say of all theirs. */
const traits = {
  roles: roles
    .optional()
    .describe("What it does: controlplane (the API), etcd (the cluster's memory), worker (your pods)."),
  gpu: z.boolean().optional().describe("Whether it has NVIDIA GPUs that the cluster shall use."),
  labels: labels.optional().describe("Labels of the Kubernetes node."),
  taints: taints.optional().describe("Taints of the Kubernetes node, as kubectl writes them: key=value:Effect."),
  ...sshTraits,
};

/** What all hosts of a group have in common, unless one says otherwise. */
export const group = z.strictObject(traits);

/** One machine, or several that differ in numbers only. */
export const host = z.strictObject({
  name: dnsLabels.describe(
    "Becomes the machine's hostname and the node's name in Kubernetes. gpu-[01-16] stands for sixteen hosts.",
  ),
  address: addresses
    .optional()
    .describe(
      "Where ssh and kubectl find it from here: an IP address or a DNS name, ranges as in the name. Without it, the name.",
    ),
  internalAddress: addresses
    .optional()
    .describe("Where the other hosts find it, if that is another network; ranges as in the name."),
  groups: z
    .array(z.string())
    .optional()
    .describe("Groups whose settings it takes; a later group wins over an earlier."),
  hostKey: hostKey
    .optional()
    .describe("Its ssh host key, pinned: `ssh-ed25519 AAAA...`. Without it, your known_hosts decides."),
  ...traits,
});

/** One machine with everything said of it, its groups' settings included. */
export const completeHost = host.omit({ groups: true }).extend({
  name: dnsLabel,
  address,
  internalAddress: address.optional(),
  roles,
  gpu: z.boolean().default(false),
  labels: labels.default({}),
  taints: taints.default([]),
});

/** All machines of the cluster. */
export const hosts = z
  .array(host)
  .min(1, "must list at least one host")
  .max(maxHosts, `lists more than ${maxHosts} hosts; Drover builds clusters of up to ${maxHosts}`);
