import * as z from "zod";
import { addressRange, dnsLabel, email, ipv4Address, line, networkCard, publicName, text } from "./formats.ts";
import { registryCredentials } from "./registry-credentials.ts";
import { secretReference } from "./secret.ts";

const chart = text((value) =>
  /^(https?:\/\/|oci:\/\/|\.{0,2}\/|~\/)./.test(value)
    ? undefined
    : "must be a repository (https://... or oci://...) or a folder that begins with ./, ../, / or ~/",
);

/** Whether versions of a chart have a v is its makers' habit: `like` is one of them. */
function version(like: string) {
  const habit = like.startsWith("v") ? "with its v" : "without a v";
  const pattern = like.startsWith("v") ? /^v\d+\.\d+\.\d+\S*$/ : /^\d+\.\d+\.\d+\S*$/;
  return z.string().regex(pattern, `must be a version ${habit}, such as ${like}`);
}

/** The keys of every addon that is a Helm chart. `repository` and `newest` are the defaults. */
function chartKeys(repository: string, newest: string) {
  return {
    version: version(newest).default(newest).describe("The chart's version, exactly."),
    chart: chart
      .default(repository)
      .describe("The chart's repository (https:// or oci://), or a folder with the chart (./, ../, / or ~/)."),
    values: z.record(z.string(), z.unknown()).default({}).describe("Values of the chart, over those that Drover sets."),
    secretValues: secretReference
      .optional()
      .describe("Where values are that nobody may see: env:NAME, file:PATH or cmd:COMMAND, which holds YAML."),
    adopt: z
      .boolean()
      .default(false)
      .describe("Take over what somebody else installed under the same name, with this version and these values."),
  };
}

const tls = z.strictObject({
  source: z
    .enum(["rancher", "letsEncrypt", "secret"])
    .default("rancher")
    .describe("rancher: Rancher's own authority. letsEncrypt: Let's Encrypt. secret: a certificate of yours."),
  email: email.optional().describe("With letsEncrypt: where it writes to before a certificate expires."),
  certificate: line
    .optional()
    .describe("With secret: a file (PEM) with the server's certificate, then the intermediate ones."),
  key: secretReference
    .optional()
    .describe("With secret: where the certificate's private key is: file:PATH, env:NAME or cmd:COMMAND."),
  ca: line
    .optional()
    .describe("With secret: a file (PEM) with the authority that signed it, if it is one of your own."),
});

const rancher = z.strictObject({
  hostname: publicName.describe("The name under which browsers and clusters reach Rancher."),
  // Rancher 2.11 is the last that supports RKE1, and 2.11.3 its last patch for everybody (SUSE's release notes).
  ...chartKeys("https://releases.rancher.com/server-charts/stable", "2.11.3"),
  replicas: z
    .int()
    .min(1, "must be at least 1")
    .max(9, "must be at most 9")
    .optional()
    .describe("How many pods. Without it, one for each worker, at most 3."),
  tls: tls.prefault({}).describe("Where Rancher's certificate comes from."),
  ingressClass: dnsLabel.optional().describe("The class of ingress. Without it, the cluster's default."),
  systemRegistry: line.optional().describe("Where all of Rancher's own images come from: host[:port][/path]."),
  prime: z.boolean().default(false).describe("You are a customer of Rancher Prime, with its patches and charts."),
  unsupported: z
    .boolean()
    .default(false)
    .describe("Install it also where its makers no longer support the way this cluster was made."),
});

const copies = (most: number) => z.int().min(2, "must be at least 2").max(most, `must be at most ${most}`);

const pool = z.strictObject({
  hosts: z.array(dnsLabel).min(1, "must name at least one host").describe("Names of hosts with `gpu: true`."),
  timeSlicing: copies(100).optional().describe("So many pods take turns on each GPU. Their memory is not kept apart."),
  // NVIDIA's MPS has at most 48 clients (16 before Turing): its daemon refuses more.
  mps: copies(48)
    .optional()
    .describe("So many pods share each GPU at the same time, by NVIDIA MPS; of each, a pod gets at most one."),
  mig: z
    .enum(["single", "mixed"])
    .optional()
    .describe(
      "The GPUs are cut by MIG: single offers all parts as nvidia.com/gpu, mixed each under its profile's name.",
    ),
});

const nvidiaDevicePlugin = z.strictObject({
  ...chartKeys("https://nvidia.github.io/k8s-device-plugin", "0.20.0"),
  pools: z
    .record(dnsLabel, pool)
    .default({})
    .describe("How GPUs are shared, by pools of hosts. A GPU of a host in no pool goes to one pod at a time."),
});

const metallb = z.strictObject({
  addresses: z
    .array(addressRange)
    .min(1, "must name at least one range")
    .describe("Free addresses of your LAN that services get: `192.0.2.200-192.0.2.220` or a CIDR."),
  ...chartKeys("https://metallb.github.io/metallb", "0.16.1"),
});

const image = text((value) =>
  /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/.test(value)
    ? undefined
    : "must be an image with its registry and without a tag, such as ghcr.io/kube-vip/kube-vip",
);

const kubeVip = z.strictObject({
  address: ipv4Address.describe(
    "A free address of the controlplane hosts' LAN, which the API gets. It goes into its certificate, and `drover kubeconfig` gives it, unless rke.api.address says otherwise.",
  ),
  interface: networkCard
    .optional()
    .describe("The card that carries it on every controlplane host. Without it, that of the default route."),
  version: version("v1.2.3").default("v1.2.3").describe("kube-vip's version: the tag of its image."),
  image: image.default("ghcr.io/kube-vip/kube-vip").describe("Its image, without a tag; another one for a mirror."),
});

const hostFolder = text((value) =>
  /^(\/[A-Za-z0-9._-]+)+$/.test(value) && !/(^|\/)\.\.?(\/|$)/.test(value)
    ? undefined
    : "must be the absolute path of a folder that is not /, of letters, digits, dots, hyphens and underscores",
);

const localPath = z.strictObject({
  // The chart is published where the releases of its makers push it (.github/workflows/helm-release.yml).
  ...chartKeys("oci://ghcr.io/rancher/local-path-provisioner/charts", "0.0.37"),
  path: hostFolder
    .default("/opt/local-path-provisioner")
    .describe("The folder of every host in which volumes are made: one with room."),
  defaultClass: z.boolean().default(true).describe("Claims that name no storage class get their volumes here."),
});

const size = z.string().regex(/^[1-9]\d*[MGT]i$/, "must be a size such as 50Gi");

const monitoring = z.strictObject({
  ...chartKeys("https://prometheus-community.github.io/helm-charts", "88.5.3"),
  storage: size.optional().describe("The size of Prometheus' volume. Without it, the figures go when its pod does."),
  retention: z
    .string()
    .regex(/^[1-9]\d*[hdwy]$/, "must be a time such as 15d")
    .default("15d")
    .describe("How long figures are kept."),
  gpu: z
    .strictObject(chartKeys("https://nvidia.github.io/dcgm-exporter/helm-charts", "4.8.2"))
    .prefault({})
    .describe("NVIDIA's DCGM exporter, which tells the GPUs' figures: installed where the inventory has GPUs."),
});

const objectStorage = z.strictObject({
  ...chartKeys("https://seaweedfs.github.io/seaweedfs/helm", "4.44.0"),
  size: size.default("100Gi").describe("The size of the volume that holds all objects."),
  storageClass: dnsLabel.optional().describe("The class of the volume. Without it, the cluster's default."),
});

const source = text((value) =>
  /^(https:\/\/|github\.com\/|\.{0,2}\/|~\/)[^\s'"]+$/.test(value)
    ? undefined
    : "must be where the manifests are: https://..., github.com/... or a folder that begins with ./, ../, / or ~/",
);

/** The keys of every addon that is plain manifests. `newest` and `from` are the defaults. */
function manifestKeys(from: string, newest: string) {
  return {
    version: version(newest).default(newest).describe("The version, exactly."),
    source: source.default(from).describe("Where the manifests are; a folder with them, for a mirror."),
    adopt: z.boolean().default(false).describe("Take over what somebody else applied."),
  };
}

const kubeflow = z.strictObject({
  email: email.max(100, "must have at most 100 characters").describe("The e-mail address that its user logs in with."),
  password: secretReference.describe(
    "Where the user's password is: env:NAME, file:PATH or cmd:COMMAND. The cluster gets its hash alone.",
  ),
  // 1.10 is the line made for Kubernetes 1.32; from 1.11 on they want 1.34 (release notes of kubeflow/manifests).
  ...manifestKeys("https://github.com/kubeflow/manifests", "1.10.2"),
});

/** What is installed on the cluster. An absent addon is left alone. */
export const addons = z.strictObject({
  certManager: z
    // cert-manager 1.20 is the line made for Kubernetes 1.32 to 1.35.
    .strictObject(chartKeys("https://charts.jetstack.io", "v1.20.3"))
    .optional()
    .describe("cert-manager, which issues certificates. `{}` takes the defaults."),
  rancher: rancher.optional().describe("Rancher, the web interface over this cluster and others."),
  nvidiaDevicePlugin: nvidiaDevicePlugin
    .optional()
    .describe("NVIDIA's device plugin, which offers the GPUs of hosts with `gpu: true` to pods."),
  metallb: metallb.optional().describe("MetalLB, which gives services of type LoadBalancer an address of your LAN."),
  kubeVip: kubeVip
    .optional()
    .describe("kube-vip, which gives the cluster's API one address that moves to a controlplane host that lives."),
  localPath: localPath
    .optional()
    .describe("local-path-provisioner, which makes volumes as folders on the disk of the host that a pod runs on."),
  traefik: z
    .strictObject(chartKeys("https://traefik.github.io/charts", "41.3.0"))
    .optional()
    .describe("Traefik, an ingress controller on ports 80 and 443 of every worker."),
  metricsServer: z
    .strictObject(chartKeys("https://kubernetes-sigs.github.io/metrics-server", "3.13.1"))
    .optional()
    .describe("metrics-server, for clusters without RKE's own: `kubectl top`, and scaling by load."),
  dashboard: z
    .strictObject(chartKeys("https://kubernetes-sigs.github.io/headlamp", "0.33.1"))
    .optional()
    .describe("Headlamp: the cluster and its pods' logs in a browser, where there is no Rancher."),
  monitoring: monitoring.optional().describe("Prometheus and Grafana, with the figures of all GPUs."),
  kubeRay: z
    .strictObject(chartKeys("https://ray-project.github.io/kuberay-helm", "1.6.2"))
    .optional()
    .describe("The operator of KubeRay, which makes Ray clusters and runs Ray jobs."),
  kueue: z
    .strictObject(chartKeys("oci://registry.k8s.io/kueue/charts", "0.19.2"))
    .optional()
    .describe("Kueue, which lets jobs wait until their team's share of the cluster is free."),
  olm: z
    .strictObject(
      manifestKeys("https://github.com/operator-framework/operator-lifecycle-manager/releases/download", "0.46.0"),
    )
    .optional()
    .describe("The Operator Lifecycle Manager (v0), which installs operators from catalogs."),
  kubeflowPipelines: z
    .strictObject(manifestKeys("github.com/kubeflow/pipelines/manifests/kustomize", "2.16.0"))
    .optional()
    .describe("Kubeflow Pipelines by itself, without the rest of Kubeflow."),
  kubeflow: kubeflow
    .optional()
    .describe("Kubeflow as a whole: notebooks, pipelines, training and serving of models, behind one login."),
  objectStorage: objectStorage
    .optional()
    .describe("SeaweedFS: buckets and objects by the S3 protocol, for what runs on the cluster."),
  registryCredentials: registryCredentials
    .optional()
    .describe("Logins with which the pods of some namespaces pull their images, and no other pods."),
});
