import type { AddonSettings } from "./addons.ts";
import type { ProxySettings } from "./proxy.ts";
import type { RkeSettings } from "./rke.ts";
import type { Secret } from "./secret.ts";

/**
 * The vocabulary between the inventory and everything behind it: plain data, all defaults filled in, all references
 * resolved. inventory/ makes it, steps, engines and addons read it.
 */

/** What a node does in the cluster, in RKE's words. */
export type Role = "controlplane" | "etcd" | "worker";

/** What keeps pods off a node that do not tolerate it. */
export interface Taint {
  readonly key: string;
  /** May be empty. */
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** A machine that is logged in to: a host, or a jump host on the way to one. */
export interface Endpoint {
  /** As messages call it. */
  readonly name: string;
  /** Where ssh finds it. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Absolute path of the private key, or undefined for the agent. */
  readonly keyPath: string | undefined;
  /** The pinned host key, `ssh-ed25519 AAAA...`, or undefined for known_hosts. */
  readonly hostKey: string | undefined;
  /** Shell text that brings the bytes to its sshd, run on the control machine; undefined: a TCP connection does. */
  readonly proxyCommand?: string | undefined;
  /** What else a login may need; undefined: nothing. */
  readonly login?: LoginSettings | undefined;
}

/** A secret that is at hand, or one that a person is asked for when it is needed. */
export type SecretSource = Secret | "ask";

/** How a login is made, beyond user and key. */
export interface LoginSettings {
  /** Opens encrypted keys. */
  readonly passphrase?: SecretSource | undefined;
  /** For sshd's password and keyboard-interactive methods, where no key opens. */
  readonly password?: SecretSource | undefined;
  /** Further private keys, tried after `keyPath`. Absolute paths. */
  readonly moreKeys?: readonly string[] | undefined;
  /** No key of the agent but those named here. */
  readonly identitiesOnly?: boolean | undefined;
  /** The agent's socket, or "none"; undefined: that of the environment. */
  readonly identityAgent?: string | undefined;
  /** Absolute paths of known_hosts files, the first of which is written; undefined: the operator's. */
  readonly knownHosts?: readonly string[] | undefined;
  /** The name to look for in known_hosts instead of address and port. */
  readonly hostKeyAlias?: string | undefined;
  /** For the connection and again for the login; undefined: the run's setting. */
  readonly timeoutSeconds?: number | undefined;
  readonly keepAliveSeconds?: number | undefined;
}

/** One machine. The control machine is one too (`control` below), without roles. */
export interface Host extends Endpoint {
  /** The name in the inventory, which becomes the hostname and the node's name. */
  readonly name: string;
  readonly internalAddress: string | undefined;
  /** The machines on the way to it, in order; undefined: none. */
  readonly jump?: readonly Endpoint[] | undefined;
  /** The public half of `keyPath`, where a password logs in until the host knows it: `ssh-ed25519 AAAA...`. */
  readonly publicKey?: string | undefined;
  /** For sudo, where it wants one; undefined: there is none. */
  readonly sudoPassword?: SecretSource | undefined;
  readonly roles: readonly Role[];
  readonly gpu: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

/** The machine Drover runs on, as one more host. */
export const control: Host = {
  name: "control",
  address: "localhost",
  internalAddress: undefined,
  port: 0,
  user: "",
  keyPath: undefined,
  hostKey: undefined,
  roles: [],
  gpu: false,
  labels: {},
  taints: [],
};

/** A mirror of Docker's packages. */
export interface DockerRepository {
  /** Holds `debian` and `ubuntu`, as https://download.docker.com/linux does; without a slash at its end. */
  readonly url: string;
  /** Of the key that signs it, 40 hexadecimal digits; undefined: it is signed by Docker still. */
  readonly fingerprint: string | undefined;
}

/** Docker on the hosts. */
export interface DockerSettings {
  /** `distribution` = docker.io of Debian or Ubuntu, `docker-ce` = Docker's own repository, `none` = already there. */
  readonly source: "distribution" | "docker-ce" | "none";
  /** Docker CE's version as a prefix (`28.3`), or undefined for the repository's newest inside RKE's window. */
  readonly version: string | undefined;
  /** A mirror of Docker CE's repository; undefined: Docker's own. */
  readonly repository?: DockerRepository | undefined;
  /** Keys of daemon.json that must hold these values; keys that others added stay. */
  readonly daemon: Readonly<Record<string, unknown>>;
  /** Where images and containers shall lie; undefined: where they do. It is in `daemon` too, as are mirrors and log options. */
  readonly dataRoot?: string | undefined;
  /** What lies elsewhere may be copied there. */
  readonly moveData?: boolean | undefined;
}

/** NVIDIA's driver and container toolkit, on hosts with `gpu: true`. */
export interface GpuSettings {
  readonly driver: {
    /** `distribution` = Ubuntu's or Debian's packages, `nvidia` = NVIDIA's own repository, `none` = already there. */
    readonly source: "distribution" | "nvidia" | "none";
    /** The beginning of the driver's version (`580`, `580.95.05`), or undefined for what is there or is recommended. */
    readonly version: string | undefined;
    /** A driver that works but is not the wanted one, or cannot work, may be replaced. */
    readonly replace: boolean;
  };
  /** The beginning of the container toolkit's version, or undefined for the newest. */
  readonly toolkit: { readonly source: "nvidia" | "none"; readonly version: string | undefined };
  /** An image with python3 and glibc, in which GPUs are proven inside a pod. */
  readonly proofImage: string;
}

/** Certificates that a registry's own is signed by. */
export interface RegistryAuthority {
  /** Certificates alone, in the order of the file. */
  readonly pem: string;
  readonly certificates: readonly {
    readonly subject: string;
    /** In s since the epoch. */
    readonly from: number;
    readonly until: number;
  }[];
}

/** A registry that the hosts pull from. `url` is host[:port][/path], without scheme. */
export interface Registry {
  readonly url: string;
  readonly user: string | undefined;
  /** A resolved secret: never in argv, logs, plans. */
  readonly password: string | undefined;
  /** Plain http, or a certificate nobody signed: goes into daemon.json's insecure-registries. */
  readonly insecure: boolean;
  /** System images are pulled from here. At most one. */
  readonly default: boolean;
  /** Who signed its certificate, where that is nobody whom the hosts know by themselves. */
  readonly ca?: RegistryAuthority | undefined;
}

/** One cluster, wholly described. */
export interface Cluster {
  readonly name: string;
  readonly hosts: readonly Host[];
  readonly docker: DockerSettings;
  readonly gpu: GpuSettings;
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
  /** Names that must resolve on every host, besides the hosts' own: name -> address. */
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly time: { readonly manage: boolean; readonly servers: readonly string[] };
  readonly firewall: { readonly manage: boolean };
  /** Groups of packages that must not change by themselves. */
  readonly upgrades: { readonly hold: readonly ("docker" | "nvidia" | "kernel")[] };
  readonly kernel: { readonly modules: readonly string[]; readonly sysctl: Readonly<Record<string, string>> };
  readonly registries: readonly Registry[];
  /** The way out of the network; undefined: none is set. */
  readonly proxy?: ProxySettings | undefined;
  /** What makes the cluster; `settings` are those of an engine without a section of its own. */
  readonly engine: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly rke: RkeSettings;
  readonly addons: AddonSettings;
  /** Programs on the control machine: a path, or a name looked up in PATH. */
  readonly tools: Readonly<Record<ToolName, string>>;
  /** Those that Drover may download where PATH does not have them; undefined: none. */
  readonly downloads?: Readonly<Partial<Record<ToolName, WantedVersion>>> | undefined;
}

/** A program of the control machine. */
export type ToolName = "rke" | "kubectl" | "helm";

/** Exactly this version, `v1.8.4`; or whichever fits the cluster. */
export type WantedVersion = `v${string}` | "fitting";

/** Where a cluster's files lie on the control machine; all absolute. */
export interface ClusterPaths {
  /** `.drover/<cluster>` beside the inventory, 0700. */
  readonly dir: string;
  readonly clusterYml: string;
  /** RKE's own state. */
  readonly state: string;
  readonly kubeconfig: string;
  /** Copies of state and kubeconfig, the last 10. */
  readonly backups: string;
  readonly lock: string;
  /** Which programs were downloaded for this cluster: version, source, sha256. */
  readonly toolsLock: string;
  /** Links to these programs. It comes before PATH. */
  readonly bin: string;
  /** Where downloaded programs lie, for all clusters of the operator. */
  readonly programs: string;
  /** `.drover/runs`: the journals. */
  readonly runs: string;
}
