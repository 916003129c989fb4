import type { Cluster, Endpoint, Role } from "../../../src/core/cluster.ts";
import { cluster, host, withRke } from "./rke-world.ts";

const registry = { url: "10.0.0.9:5000", user: "puller", password: "s3cret", insecure: true, default: true };

const taints = [
  { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" },
  { key: "example.org/slow", value: "", effect: "PreferNoSchedule" },
] as const;

const bastion: Endpoint = {
  name: "b",
  address: "bastion.lan",
  port: 2200,
  user: "jump",
  keyPath: "/keys/jump",
  hostKey: undefined,
};

const all: readonly Role[] = ["controlplane", "etcd", "worker"];

const gpuPool = (name: string, pool: string) =>
  host(name, { gpu: true, labels: { "example.org/pool": pool }, taints: [taints[0]] });

const audit = {
  enabled: true,
  maxAgeDays: 7,
  maxBackups: 3,
  maxSizeMiB: 50,
  policy: { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "RequestResponse", verbs: ["delete"] }] },
};

const admission = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AdmissionConfiguration",
  plugins: [{ name: "EventRateLimit", path: "/etc/kubernetes/limits.yaml" }],
};

const bucket = {
  endpoint: "minio.lan:9000",
  bucket: "snapshots",
  region: "here",
  folder: "demo",
  accessKey: "AKIA",
  secretKey: "hunter2",
  ca: undefined,
};

const snapshots = { enabled: true, everyHours: 4, keep: 9, timeoutSeconds: 600, s3: bucket };

/** Every setting that reaches cluster.yml. */
const everything = withRke(
  {
    network: { plugin: "flannel", interface: "eno2", backend: "host-gw", options: { flannel_backend_port: "8472" } },
    clusterCidr: "10.44.0.0/16",
    serviceCidr: "10.45.0.0/16",
    clusterDomain: "k8s.example.org",
    dns: {
      provider: "coredns",
      upstream: ["10.0.0.54"],
      stubDomains: { "corp.example.org": ["10.0.0.55"] },
      nodeLocal: "169.254.20.10",
    },
    nginx: {
      httpPort: 8080,
      httpsPort: 8443,
      networkMode: "hostPort",
      options: { "use-forwarded-headers": "true" },
      extraArgs: { "enable-ssl-passthrough": "" },
    },
    api: {
      sans: ["api.example.org", "10.0.0.100"],
      nodePorts: "31000-31999",
      auditLog: audit,
      secretsEncryption: true,
      alwaysPullImages: true,
      podSecurity: "restricted",
      eventRateLimit: true,
      admission,
    },
    etcd: { snapshots },
    upgrade: {
      workersAtOnce: "2",
      controlplanesAtOnce: "1",
      drain: true,
      drainForce: false,
      drainDeletesLocalData: true,
      drainGraceSeconds: 30,
      drainTimeoutSeconds: 300,
    },
    addonJobTimeout: 300,
    extraArgs: {
      "kube-api": { "audit-log-compress": "true", "service-account-issuer": ["https://a.example", "rke"] },
      kubelet: { "max-pods": "200" },
      kubeproxy: { v: "4" },
    },
    extraBinds: { kubelet: ["/mnt:/mnt:rshared"] },
    extraEnv: { etcd: { GOMAXPROCS: "4" } },
    manifests: ["https://example.org/limits.yaml"],
    clusterYml: { monitoring: null, authentication: { strategy: "x509|webhook" } },
  },
  {
    name: "everything",
    hosts: [
      host("cp-a", { roles: ["controlplane", "etcd"], internalAddress: "192.168.0.1", port: 2222 }),
      host("gpu-b", { keyPath: "/keys/other", labels: { "example.org/rack": "r1", gpu: "yes" }, gpu: true, taints }),
    ],
    dns: { nameservers: ["10.0.0.53"], search: ["example.org"] },
    registries: [registry],
  },
);

/** Clusters whose cluster.yml is written down, and shown to the real rke. */
export const goldenClusters: Readonly<Record<string, Cluster>> = {
  plain: cluster,
  everything,
  "a-jump-host": { ...cluster, hosts: cluster.hosts.map((one) => ({ ...one, jump: [bastion] })) },
  "one-node": { ...cluster, name: "one", hosts: [host("box-a", { roles: all })] },
  // Behind a load balancer, whose name is in the certificate.
  "three-ha": withRke(
    { api: { ...cluster.rke.api, sans: ["10.0.0.100", "k8s.example.org"] } },
    { name: "three", hosts: ["a", "b", "c"].map((letter) => host(`cp-${letter}`, { roles: all })) },
  ),
  "gpu-pools": {
    ...cluster,
    name: "pools",
    hosts: [
      host("cp-a", { roles: ["controlplane", "etcd"] }),
      gpuPool("train-b", "training"),
      gpuPool("train-c", "training"),
      gpuPool("serve-d", "serving"),
      host("cpu-e"),
    ],
  },
  "private-registry": { ...cluster, registries: [registry] },
  // All images from a registry without a login, names from a server of one's own.
  "air-gapped": {
    ...cluster,
    registries: [{ url: "mirror.lan:5000/k8s", user: undefined, password: undefined, insecure: false, default: true }],
    dns: { nameservers: ["10.0.0.53"], search: [] },
  },
};
