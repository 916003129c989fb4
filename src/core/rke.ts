/** The pods' network. */
export interface RkeNetwork {
  readonly plugin: string;
  /** The card that the nodes share; undefined: that of the default route. */
  readonly interface?: string | undefined;
  /** Bytes; undefined: what the plugin finds. */
  readonly mtu?: number | undefined;
  /** How flannel, also the one inside canal, carries packets; undefined: vxlan. */
  readonly backend?: string | undefined;
  /** The plugin's options, in RKE's words. */
  readonly options: Readonly<Record<string, string>>;
}

/** Names inside the cluster. */
export interface RkeDns {
  readonly provider: string;
  /** Who is asked for all other names; empty: those of the hosts. */
  readonly upstream: readonly string[];
  /** Domain -> DNS servers that know it. */
  readonly stubDomains: Readonly<Record<string, readonly string[]>>;
  /** The address of a cache on every node; undefined: there is none. */
  readonly nodeLocal: string | undefined;
}

/** RKE's nginx ingress controller. Undefined is RKE's own default. */
export interface RkeNginx {
  readonly httpPort: number | undefined;
  readonly httpsPort: number | undefined;
  readonly networkMode: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly extraArgs: Readonly<Record<string, string>>;
}

/** kube-apiserver's log of who did what. */
export interface RkeAuditLog {
  readonly enabled: boolean;
  readonly maxAgeDays: number;
  readonly maxBackups: number;
  readonly maxSizeMiB: number;
  /** An audit.k8s.io/v1 Policy; undefined: RKE's, which logs metadata only. */
  readonly policy: Readonly<Record<string, unknown>> | undefined;
}

/** kube-apiserver. */
export interface RkeApi {
  /** Where clients find it, as host or host:port: a load balancer, a virtual address. Undefined: on a controlplane host. */
  readonly address?: string | undefined;
  /** Names and addresses in its certificate, besides those of the nodes. */
  readonly sans: readonly string[];
  /** `30000-32767`. */
  readonly nodePorts: string;
  /** Undefined: as RKE does it. */
  readonly auditLog: RkeAuditLog | undefined;
  readonly secretsEncryption: boolean;
  readonly alwaysPullImages: boolean;
  readonly podSecurity: string | undefined;
  readonly eventRateLimit: boolean;
  /** An AdmissionConfiguration; undefined: RKE's. */
  readonly admission: Readonly<Record<string, unknown>> | undefined;
}

/** A bucket that snapshots are also kept in. */
export interface RkeS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string | undefined;
  readonly folder: string | undefined;
  /** Resolved secrets, both or neither: RKE needs them in cluster.yml. Never in argv, logs, plans. */
  readonly accessKey: string | undefined;
  readonly secretKey: string | undefined;
  /** PEM text of the authority that signed the endpoint's certificate. */
  readonly ca: string | undefined;
}

/** Recurring snapshots of etcd. */
export interface RkeSnapshots {
  readonly enabled: boolean;
  readonly everyHours: number;
  /** How many of each node are kept. */
  readonly keep: number;
  readonly timeoutSeconds: number;
  readonly s3: RkeS3 | undefined;
}

/** How nodes are changed when the cluster is there already. */
export interface RkeUpgrade {
  /** A number, or a share such as `10%`. */
  readonly workersAtOnce: string;
  readonly controlplanesAtOnce: string;
  /** Move a node's pods away before its parts restart. */
  readonly drain: boolean;
  readonly drainForce: boolean;
  readonly drainDeletesLocalData: boolean;
  /** Seconds that pods get to end; -1: what they ask for. */
  readonly drainGraceSeconds: number;
  readonly drainTimeoutSeconds: number;
}

/** A flag's value, or several: then the flag is given once for each. */
export type FlagValue = string | readonly string[];

/** The engine section `rke`. */
export interface RkeSettings {
  /** As RKE lists it: `v1.32.3-rancher1-1`. */
  readonly kubernetesVersion: string;
  readonly network: RkeNetwork;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly clusterDomain: string;
  readonly dns: RkeDns;
  readonly ingress: string;
  readonly nginx: RkeNginx;
  readonly api: RkeApi;
  readonly etcd: { readonly snapshots: RkeSnapshots };
  readonly upgrade: RkeUpgrade;
  /** Seconds. */
  readonly addonJobTimeout: number;
  /** Go on with a Docker version that RKE does not list. */
  readonly ignoreDockerVersion: boolean;
  /** `services.<component>.extra_args` and `extra_args_array`. */
  readonly extraArgs: Readonly<Record<string, Readonly<Record<string, FlagValue>>>>;
  /** `services.<component>.extra_binds`. */
  readonly extraBinds: Readonly<Record<string, readonly string[]>>;
  /** `services.<component>.extra_env`, by name. */
  readonly extraEnv: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Absolute paths and URLs of manifests that RKE applies at the end. */
  readonly manifests: readonly string[];
  /** A JSON merge patch over the generated cluster.yml. */
  readonly clusterYml: Readonly<Record<string, unknown>>;
}
