import { isIPv4 } from "node:net";
import * as z from "zod";
import { dnsName, nameserver, networkCard, port, settingValue, text } from "./formats.ts";

/** The pods' network. */
export const network = z.strictObject({
  plugin: z
    .enum(["canal", "flannel", "calico", "weave", "none"])
    .default("canal")
    .describe("The pods' network. weave only below Kubernetes v1.30; none: you install one yourself."),
  interface: networkCard
    .optional()
    .describe("The card that the nodes share, with canal and flannel. Without it, that of the default route."),
  mtu: z
    .int()
    .min(1280, "must be at least 1280 bytes, the least that IPv6 works with")
    .max(9000, "must be at most 9000 bytes")
    .optional()
    .describe("Bytes of a pod's packet, with canal, calico and weave. Without it, what fits the card."),
  backend: z
    .enum(["vxlan", "host-gw"])
    .optional()
    .describe("How canal and flannel carry packets. host-gw needs all nodes in one network, and is a little faster."),
  options: z
    .record(z.string(), settingValue)
    .default({})
    .describe("More options of the plugin in RKE's words, such as canal_flannel_backend_port: 8472."),
});

/** Addresses that are no one's else: link-local, as Kubernetes' own manual of the cache has it. */
const cacheAddress = text((value) =>
  isIPv4(value) ? undefined : "must be an IPv4 address that nobody else has, such as 169.254.20.10",
);

/** Names inside the cluster. */
export const clusterDns = z.strictObject({
  provider: z.enum(["coredns", "none"]).default("coredns").describe("none: you install one yourself."),
  upstream: z
    .array(nameserver)
    .max(3, "lists more than 3 servers; pods use the first 3 only")
    .default([])
    .describe("Who is asked for names outside the cluster. Without any, `dns.nameservers`, else those of the hosts."),
  stubDomains: z
    .record(dnsName, z.array(nameserver).min(1, "must name at least one DNS server"))
    .default({})
    .describe("Domains whose names other DNS servers know: domain, and list of servers."),
  nodeLocal: cacheAddress.optional().describe("The address of a DNS cache on every node. Without it, there is none."),
});

/** RKE's nginx ingress controller. */
export const nginx = z.strictObject({
  httpPort: port.optional().describe("Its port on the hosts for http. Without it, 80."),
  httpsPort: port.optional().describe("Its port on the hosts for https. Without it, 443."),
  networkMode: z
    .enum(["hostPort", "hostNetwork", "none"])
    .optional()
    .describe(
      "How it is reached: ports of the hosts, or none where a load balancer leads to it. Without it, hostPort.",
    ),
  options: z
    .record(z.string(), settingValue)
    .default({})
    .describe("Keys of its ConfigMap, such as use-forwarded-headers."),
  extraArgs: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "is not the name of a flag; leave out the leading `--`"),
      settingValue,
    )
    .default({})
    .describe("Its flags, without the leading `--`."),
});
