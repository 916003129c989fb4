/** The names of all releases that addons have: one list, so that all ask one and the same question. */
export const releaseNames = [
  "cert-manager",
  "dcgm-exporter",
  "headlamp",
  "kube-prometheus-stack",
  "kube-vip",
  "kubeflow",
  "kubeflow-crds",
  "kubeflow-foundation",
  "kubeflow-gateway",
  "kubeflow-gateway-crds",
  "kubeflow-late",
  "kubeflow-pipelines",
  "kubeflow-pipelines-crds",
  "kuberay-operator",
  "kueue",
  "local-path-provisioner",
  "metallb",
  "metrics-server",
  "nvidia-device-plugin",
  "olm",
  "olm-crds",
  "rancher",
  "registry-credentials",
  "seaweedfs",
  "traefik",
] as const;

/** What every addon that is a Helm chart can be told. */
export interface ChartSettings {
  /** The chart's version, with or without its v. */
  readonly version: string;
  /** A repository URL (http, https, oci) or a folder that holds the chart. */
  readonly chart: string;
  /** Values of the chart, over those that Drover sets. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Values that are secrets, resolved, merged over all others: never in argv, logs, plans. */
  readonly secretValues: Readonly<Record<string, unknown>>;
  /** Take over what somebody else installed under the same name. */
  readonly adopt: boolean;
}

/** Where Rancher's certificate comes from. Certificates are PEM texts. */
export type RancherTls =
  /** Rancher's own authority, through cert-manager. */
  | { readonly source: "rancher" }
  | { readonly source: "letsEncrypt"; readonly email: string }
  /** The customer's own; `ca` is the authority that signed it, if it is nobody's public one. */
  | {
      readonly source: "secret";
      /** The server's, then the intermediates. */
      readonly certificate: string;
      /** A resolved secret. */
      readonly key: string;
      readonly ca: string | undefined;
    };

/** Rancher, as the inventory asks for it. */
export interface RancherSettings extends ChartSettings {
  readonly hostname: string;
  /** How many pods; by the number of workers, if undefined. */
  readonly replicas: number | undefined;
  readonly tls: RancherTls;
  /** The cluster's default class, if undefined. */
  readonly ingressClass: string | undefined;
  /** All of Rancher's own images come from here: host[:port][/path]. */
  readonly systemRegistry: string | undefined;
  /** A customer of Rancher Prime, who has patches that the community has not. */
  readonly prime: boolean;
  /** Install it also on an engine that this Rancher no longer supports. */
  readonly unsupported: boolean;
}

/** How the GPUs of some hosts are shared. At most one of the three. */
export interface GpuPool {
  /** Names of hosts. */
  readonly hosts: readonly string[];
  /** So many pods take turns on each GPU; undefined for no sharing. */
  readonly timeSlicing: number | undefined;
  /** So many pods share each GPU at the same time, by NVIDIA MPS. */
  readonly mps: number | undefined;
  /** Parts of GPUs that were made with MIG: all alike as nvidia.com/gpu, or each profile under its own name. */
  readonly mig: "single" | "mixed" | undefined;
}

/** The name of the device plugin's configuration for the GPUs in no pool: no pool may have it. */
export const noPool = "unshared";

/** NVIDIA's device plugin. */
export interface DevicePluginSettings extends ChartSettings {
  readonly pools: Readonly<Record<string, GpuPool>>;
}

/** MetalLB in layer 2 mode. */
export interface MetallbSettings extends ChartSettings {
  /** Ranges `from-to` or CIDRs that services get their addresses from. */
  readonly addresses: readonly string[];
}

/** kube-vip, for the API alone. */
export interface KubeVipSettings {
  /** The IPv4 address that the API gets. */
  readonly address: string;
  /** The network interface that carries it on every controlplane host; undefined: the one of the default route. */
  readonly interface: string | undefined;
  /** The version of kube-vip: the tag of its image. */
  readonly version: string;
  /** Its image, without a tag. */
  readonly image: string;
}

/** local-path-provisioner. */
export interface LocalPathSettings extends ChartSettings {
  /** The absolute path of the folder that holds the volumes, on every host. */
  readonly path: string;
  /** Claims that name no class get theirs here. */
  readonly defaultClass: boolean;
}

/** Prometheus and Grafana. */
export interface MonitoringSettings extends ChartSettings {
  /** The size of Prometheus' volume, such as `50Gi`; undefined: the figures go with its pod. */
  readonly storage: string | undefined;
  /** How long figures are kept: `15d`. */
  readonly retention: string;
  /** NVIDIA's DCGM exporter, installed where the inventory has GPUs. */
  readonly gpu: ChartSettings;
}

/** SeaweedFS, as a store of objects. */
export interface ObjectStorageSettings extends ChartSettings {
  /** The size of its volume, such as `500Gi`. */
  readonly size: string;
  /** The class of its volume; undefined: the cluster's default. */
  readonly storageClass: string | undefined;
}

/** What an addon that is plain manifests can be told. */
export interface ManifestSettings {
  readonly version: string;
  /** Where the manifests are: a URL or a repository, or the absolute path of a folder. */
  readonly source: string;
  /** Take over what somebody else applied. */
  readonly adopt: boolean;
}

/** Kubeflow as a whole. */
export interface KubeflowSettings extends ManifestSettings {
  /** Who logs in. */
  readonly email: string;
  /** A resolved secret. */
  readonly password: string;
}

/** A login at a registry of images. */
export interface RegistryLogin {
  /** host[:port], as images are called by it: `ghcr.io`, `docker.io`. */
  readonly registry: string;
  readonly user: string;
  /** A resolved secret. */
  readonly password: string;
}

/** Logins with which pods of some namespaces pull their images. */
export interface RegistryCredentialsSettings {
  /** Of the chart that Drover makes of them itself. */
  readonly version: string;
  readonly namespaces: readonly string[];
  readonly logins: readonly RegistryLogin[];
}

/** The addons that are asked for; an absent one is not touched. */
export interface AddonSettings {
  readonly certManager?: ChartSettings | undefined;
  readonly rancher?: RancherSettings | undefined;
  readonly nvidiaDevicePlugin?: DevicePluginSettings | undefined;
  readonly metallb?: MetallbSettings | undefined;
  readonly kubeVip?: KubeVipSettings | undefined;
  readonly localPath?: LocalPathSettings | undefined;
  readonly traefik?: ChartSettings | undefined;
  readonly metricsServer?: ChartSettings | undefined;
  readonly dashboard?: ChartSettings | undefined;
  readonly monitoring?: MonitoringSettings | undefined;
  readonly kubeRay?: ChartSettings | undefined;
  readonly kueue?: ChartSettings | undefined;
  readonly olm?: ManifestSettings | undefined;
  readonly kubeflowPipelines?: ManifestSettings | undefined;
  readonly kubeflow?: KubeflowSettings | undefined;
  readonly objectStorage?: ObjectStorageSettings | undefined;
  readonly registryCredentials?: RegistryCredentialsSettings | undefined;
}
