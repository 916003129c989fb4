/** One network card with an IPv4 address. */
export interface SeenNic {
  readonly name: string;
  /** Undefined where the card does not tell. */
  readonly speedMbit: number | undefined;
  /** Made by the kernel: a bridge, a tunnel. */
  readonly virtual: boolean;
  /** `10.0.0.5/24` */
  readonly cidrs: readonly string[];
}

/** What was found on one machine, as far as it matters for an inventory. All texts are harmless on a terminal. */
export interface Seen {
  readonly hostname: string;
  /** Equal on two machines if one is a clone of the other. */
  readonly machineId: string | undefined;
  /** New at each boot: equal only if both are one machine. */
  readonly bootId: string | undefined;
  /** `Ubuntu 24.04` */
  readonly os: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Free where Docker and etcd will write; undefined if it could not be asked. */
  readonly freeMiB: number | undefined;
  readonly nics: readonly SeenNic[];
  /** Destinations of all routes, `10.0.0.0/24`. */
  readonly routes: readonly string[];
  /** The card of the default route. */
  readonly defaultNic: string | undefined;
  /** Model names of NVIDIA GPUs, one for each. */
  readonly gpus: readonly string[];
  /** Docker's version, if there is one. */
  readonly docker: string | undefined;
  /** What is left of another Kubernetes, in a few words each. */
  readonly leftovers: readonly string[];
}

/** A machine of the wizard with what is known of it; `seen` is undefined until it was asked, or if it cannot be. */
export interface KnownHost {
  readonly address: string;
  readonly name: string;
  readonly seen: Seen | undefined;
}
