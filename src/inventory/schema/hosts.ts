import * as z from "zod";
import { address, dnsLabel, line, port } from "./formats.ts";
import { hostKey } from "./host-key.ts";

/** More than this is not one RKE cluster. */
export const maxHosts = 1000;

const userName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, "must be the name of a user: letters, digits, `_`, `.` and `-`");

const keyPath = line.describe("Private key on this machine. `~` is your home; other paths start at the inventory.");

const name63 = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

/** Kubernetes' syntax of labels: an optional DNS prefix, a name of at most 63 characters; a value likewise, or empty. */
const labels = z.record(
  z
    .string()
    .regex(
      new RegExp(`^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${name63}$`),
      "is not a label's name: letters, digits, `-`, `_` and `.`, at most 63, perhaps after `some.domain/`",
    ),
  z
    .string()
    .regex(
      new RegExp(`^(?:${name63})?$`),
      "is not a label's value: letters, digits, `-`, `_` and `.`, at most 63, a letter or digit at either end",
    ),
);

const roles = z
  .array(z.enum(["controlplane", "etcd", "worker"]))
  .min(1, "must name at least one role: controlplane, etcd, worker")
  .refine((all) => new Set(all).size === all.length, "names the same role twice");

/** Defaults for reaching hosts. */
export const ssh = z.strictObject({
  user: userName.optional().describe("Who logs in: root, or a user who may use sudo. A host can name its own."),
  key: keyPath.optional().meta({
    description:
      "Private key on this machine. `~` is your home; other paths start at the inventory. Without it, the ssh agent is asked.",
  }),
  port: port.default(22).describe("The port of sshd."),
});

/** One machine. */
export const host = z.strictObject({
  name: dnsLabel.describe("Becomes the machine's hostname and the node's name in Kubernetes."),
  address: address.describe("Where ssh and kubectl find it from here: an IP address or a DNS name."),
  internalAddress: address.optional().describe("Where the other hosts find it, if that is another network."),
  roles: roles.describe("What it does: controlplane (the API), etcd (the cluster's memory), worker (your pods)."),
  gpu: z.boolean().default(false).describe("Whether it has NVIDIA GPUs that the cluster shall use."),
  labels: labels.default({}).describe("Labels of the Kubernetes node."),
  hostKey: hostKey
    .optional()
    .describe("Its ssh host key, pinned: `ssh-ed25519 AAAA...`. Without it, your known_hosts decides."),
  user: userName.optional().describe("Instead of ssh.user."),
  port: port.optional().describe("Instead of ssh.port."),
  key: keyPath.optional().describe("Instead of ssh.key."),
});

/** All machines of the cluster. */
export const hosts = z
  .array(host)
  .min(1, "must list at least one host")
  .max(maxHosts, `lists more than ${maxHosts} hosts; Drover builds clusters of up to ${maxHosts}`);
