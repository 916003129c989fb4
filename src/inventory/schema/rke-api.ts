import { isIP, isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { text } from "./formats.ts";

/** What keeps a name or an address from a certificate; RKE's own signer takes wildcards too. */
function sanComplaint(value: string): string | undefined {
  if (isIP(value) !== 0) return undefined;
  const name = /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/;
  return name.test(value) && !/^[\d.]+$/.test(value)
    ? undefined
    : "must be an IP address or a DNS name in lower case, perhaps beginning with `*.`";
}

const san = text(sanComplaint);

const portRange = text((value) => {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? [];
  if (from === undefined || to === undefined) return "must be two ports joined by a hyphen, such as 30000-32767";
  const [first, last] = [Number(from), Number(to)];
  if (first < 1 || last > 65_535) return "must lie between 1 and 65535";
  return first < last ? undefined : "ends before it begins";
});

/** An object of Kubernetes, as far as its kind goes; Kubernetes itself judges the rest. */
function kubeObject(kind: string, group: string) {
  return z.record(z.string(), z.unknown()).superRefine((value, context) => {
    if (value["kind"] !== kind) context.addIssue(`must say \`kind: ${kind}\``);
    const version = String(value["apiVersion"] ?? "");
    if (!version.startsWith(`${group}/`)) context.addIssue(`must say \`apiVersion: ${group}/v1\``);
  });
}

const atLeastOne = z.int().min(1, "must be at least 1").max(100_000, "must be at most 100000");

const auditLog = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether it is written, to /var/log/kube-audit on controlplane hosts."),
  maxAgeDays: atLeastOne.default(30).describe("Days that it is kept."),
  maxBackups: atLeastOne.default(10).describe("How many old files are kept."),
  maxSizeMiB: atLeastOne.default(100).describe("MiB of a file, after which a new one begins."),
  policy: kubeObject("Policy", "audit.k8s.io")
    .optional()
    .describe("What is logged, as an audit.k8s.io/v1 Policy. Without it, who did what, without contents."),
});

const apiAddress = text((value) => {
  const [, host = "", port = "6443"] = /^(.*?)(?::(\d{1,5}))?$/.exec(value) ?? [];
  if (isIPv6(value)) return "must be an IPv4 address or a DNS name";
  const named = isIPv4(host) || (sanComplaint(host) === undefined && !host.startsWith("*"));
  return named && Number(port) > 0 && Number(port) < 65_536
    ? undefined
    : "must be an IPv4 address or a DNS name in lower case, perhaps with a :port";
});

/** kube-apiserver. */
export const api = z.strictObject({
  address: apiAddress
    .optional()
    .describe(
      "Where clients find it when there are several: a load balancer, a virtual IP address; host or host:port.",
    ),
  sans: z
    .array(san)
    .default([])
    .describe("More names and addresses for its certificate: a load balancer's, a virtual IP address."),
  nodePorts: portRange.default("30000-32767").describe("Ports of the hosts that services may get."),
  auditLog: auditLog.optional().describe("The log of who did what. Without it, RKE's default: metadata, 30 days."),
  secretsEncryption: z
    .boolean()
    .default(false)
    .describe("Whether etcd holds Secrets encrypted. RKE makes the key and keeps it in its state."),
  alwaysPullImages: z
    .boolean()
    .default(false)
    .describe("Ask the registry at every start of a pod, so that nobody uses images that others may pull."),
  podSecurity: z
    .enum(["privileged", "restricted"])
    .optional()
    .describe("Pod Security Standard of namespaces that say nothing. Without it, privileged."),
  eventRateLimit: z.boolean().default(false).describe("Limit how many events clients may write."),
  admission: kubeObject("AdmissionConfiguration", "apiserver.config.k8s.io")
    .optional()
    .describe("An AdmissionConfiguration of your own. Without it, RKE's, which follows podSecurity."),
});
