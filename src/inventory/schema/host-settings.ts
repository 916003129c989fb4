import * as z from "zod";
import { address, dnsName, ipAddress, line, nameserver, settingValue } from "./formats.ts";

/** Docker on the hosts. docker-ce by default: a distribution's docker.io may move past what RKE can talk to. */
export const docker = z.strictObject({
  source: z
    .enum(["distribution", "docker-ce", "none"])
    .default("docker-ce")
    .describe("docker-ce: Docker's own repository. distribution: docker.io of Ubuntu or Debian. none: already there."),
  version: z
    .string()
    .regex(/^\d+(\.\d+){0,2}$/, 'must be the beginning of a version, such as "28.3" or "28.3.3"')
    .optional()
    .describe("Which docker-ce, as the beginning of its version. Without it, the newest that RKE can use."),
  daemon: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Keys of /etc/docker/daemon.json that must hold these values. Keys that others added stay."),
});

/** How the hosts find names. */
export const dns = z.strictObject({
  nameservers: z
    .array(nameserver)
    .max(3, "lists more than 3 servers; resolvers and pods use the first 3 only")
    .default([])
    .describe("DNS servers of the hosts, and through them of the pods. Without any, the hosts' own setting stays."),
  search: z
    .array(dnsName)
    .max(32, "lists more than 32 domains; resolvers use the first 32 only")
    .default([])
    .describe("Domains that short names are looked up in."),
});

/** Names that must resolve on every host, besides the hosts' own. */
export const extraHosts = z.record(dnsName, ipAddress);

/** What the hosts' kernel must have, besides what Kubernetes needs, which Drover sets anyway. */
export const kernel = z.strictObject({
  modules: z
    .array(z.string().regex(/^[A-Za-z0-9_-]+$/, "is not the name of a kernel module"))
    .default([])
    .describe("Kernel modules to load, now and at boot."),
  sysctl: z
    .record(
      z.string().regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_/*-]+)+$/, "is not a sysctl key, such as vm.max_map_count"),
      settingValue.pipe(line),
    )
    .default({})
    .describe("Kernel settings, now and at boot."),
});

/** Who keeps the hosts' clocks. */
export const time = z.strictObject({
  manage: z
    .boolean()
    .default(true)
    .describe(
      "Whether Drover sees to it that one NTP client runs and is in sync. false: something else keeps the clock.",
    ),
  servers: z
    .array(address)
    .max(8, "lists more than 8 servers; 4 are enough to tell a wrong one")
    .default([])
    .describe("NTP servers of the hosts. Without any, the client's own setting stays."),
});

/** The hosts' own packet filters. */
export const firewall = z.strictObject({
  manage: z
    .boolean()
    .default(false)
    .describe(
      "Whether Drover adds the cluster's ports to a ufw, firewalld or nftables that is on. It never turns one off.",
    ),
});

/** What must not change by itself under a running cluster. */
export const upgrades = z.strictObject({
  hold: z
    .array(z.enum(["docker", "nvidia", "kernel"]))
    .default(["docker", "nvidia", "kernel"])
    .describe("Packages that apt holds and unattended-upgrades leaves alone: docker, nvidia, kernel. [] for none."),
});

/** Programs on this machine. */
export const tools = z.strictObject({
  rke: line.default("rke").describe("rke v1.8, as a name in PATH or a path."),
  kubectl: line.default("kubectl").describe("kubectl, as a name in PATH or a path."),
  helm: line.default("helm").describe("helm 3.17 or newer, as a name in PATH or a path."),
});
