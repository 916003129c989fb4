import * as z from "zod";
import { dnsName, ipv4Cidr, text } from "./formats.ts";
import { api } from "./rke-api.ts";
import { extraArgs, extraBinds, extraEnv } from "./rke-components.ts";
import { etcd } from "./rke-etcd.ts";
import { clusterDns, network, nginx } from "./rke-network.ts";
import { upgrade } from "./rke-upgrade.ts";

/** Default range of the pods' addresses. */
export const defaultClusterCidr = "10.42.0.0/16";

/** Default range of the services' addresses. */
export const defaultServiceCidr = "10.43.0.0/16";

/** The newest in the list of rke v1.8.1. */
export const defaultKubernetesVersion = "v1.32.3-rancher1-1";

const manifest = text((value) => {
  if (/^https?:\/\/[^\s]+$/.test(value)) return undefined;
  if (value.includes("://")) return "must be a path, or begin with https:// or http://";
  // RKE takes whatever begins with http for a URL (addons.go of rke).
  if (value.startsWith("http")) return "begins with http but is no URL; put ./ before the name of a file";
  return /^[^\r\n\0]*\S[^\r\n\0]*$/.test(value) ? undefined : "must be one line, and not empty";
});

/** The Kubernetes cluster that RKE makes. */
export const rke = z.strictObject({
  kubernetesVersion: z
    .string()
    .regex(/^v\d+\.\d+\.\d+-rancher\d+-\d+$/, "must be a version as RKE lists it, such as v1.32.3-rancher1-1")
    .default(defaultKubernetesVersion)
    .describe("One of `rke config --list-version --all`."),
  network: network.prefault({}).describe("How pods reach each other."),
  clusterCidr: ipv4Cidr.default(defaultClusterCidr).describe("Addresses of pods. Cannot be changed later."),
  serviceCidr: ipv4Cidr.default(defaultServiceCidr).describe("Addresses of services. Cannot be changed later."),
  clusterDomain: dnsName.default("cluster.local").describe("The domain of names inside the cluster."),
  dns: clusterDns.prefault({}).describe("How pods find names."),
  ingress: z.enum(["nginx", "none"]).default("nginx").describe("The ingress controller on every worker."),
  nginx: nginx.prefault({}).describe("RKE's nginx ingress controller, if there is one."),
  api: api.prefault({}).describe("kube-apiserver, which everything asks."),
  etcd: etcd.prefault({}).describe("Where the cluster remembers everything."),
  upgrade: upgrade.prefault({}).describe("How nodes are changed when the cluster is there already."),
  addonJobTimeout: z
    .int()
    .min(1, "must be at least 1 second")
    .max(3600, "must be at most 3600 seconds")
    .default(180)
    .describe("Seconds that RKE waits for each of its own add-ons. Its own default of 45 is too short for slow pulls."),
  ignoreDockerVersion: z.boolean().default(false).describe("Go on with a Docker version that RKE does not list."),
  extraArgs: extraArgs.prefault({}).describe("Flags of Kubernetes' own programs, without the leading `--`."),
  extraBinds: extraBinds.prefault({}).describe("Folders of the hosts that these programs see."),
  extraEnv: extraEnv.prefault({}).describe("Variables of these programs."),
  manifests: z
    .array(manifest)
    .default([])
    .describe("Files and URLs of manifests that RKE applies once the cluster runs."),
  clusterYml: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Anything else of RKE's cluster.yml: merged over the one that Drover writes; null removes a key."),
});
