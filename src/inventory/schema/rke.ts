import * as z from "zod";
import { dnsName, ipv4Cidr, settingValue } from "./formats.ts";

/** Default range of the pods' addresses. */
export const defaultClusterCidr = "10.42.0.0/16";

/** Default range of the services' addresses. */
export const defaultServiceCidr = "10.43.0.0/16";

/** The newest in the list of rke v1.8.1. */
export const defaultKubernetesVersion = "v1.32.3-rancher1-1";

const args = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "is not the name of a flag; leave out the leading `--`"),
  settingValue,
);

/** Flags by service, under RKE's own names of the services. */
const extraArgs = z.strictObject({
  "kube-api": args.optional().describe("Flags of kube-apiserver."),
  "kube-controller": args.optional().describe("Flags of kube-controller-manager."),
  scheduler: args.optional().describe("Flags of kube-scheduler."),
  kubelet: args.optional().describe("Flags of kubelet."),
  kubeproxy: args.optional().describe("Flags of kube-proxy."),
  etcd: args.optional().describe("Flags of etcd."),
});

const network = z.strictObject({
  plugin: z
    .enum(["canal", "flannel", "calico", "weave", "none"])
    .default("canal")
    .describe("The pods' network. weave only below Kubernetes v1.30; none: you install one yourself."),
  options: z
    .record(z.string(), settingValue)
    .default({})
    .describe("The plugin's options in RKE's words, such as canal_iface: eno1 on hosts with several networks."),
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
  ingress: z.enum(["nginx", "none"]).default("nginx").describe("The ingress controller on every worker."),
  addonJobTimeout: z
    .int()
    .min(1, "must be at least 1 second")
    .max(3600, "must be at most 3600 seconds")
    .default(45)
    .describe("Seconds that RKE waits for each of its own add-ons. Slow image pulls want 180."),
  ignoreDockerVersion: z.boolean().default(false).describe("Go on with a Docker version that RKE does not list."),
  extraArgs: extraArgs.prefault({}).describe("Flags of Kubernetes' own programs, without the leading `--`."),
  clusterYml: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Anything else of RKE's cluster.yml: merged over the one that Drover writes; null removes a key."),
});
