/** How a cluster is beneath its nodes and pods: engines read it, views show it. */
export interface ClusterHealth {
  /** Kubernetes' own programs on the hosts. */
  readonly components: readonly { readonly host: string; readonly name: string; readonly state: string }[];
  readonly etcd: readonly {
    readonly address: string;
    readonly healthy: boolean;
    readonly because?: string | undefined;
    readonly bytes?: number | undefined;
    readonly leader: boolean;
    readonly version: string;
  }[];
  /** The newest one that an etcd host has. */
  readonly lastSnapshot?:
    | { readonly name: string; readonly takenAt: number; readonly hosts: readonly string[] }
    | undefined;
  /** The certificate that ends first. */
  readonly certificate?:
    | { readonly name: string; readonly host: string; readonly endsAt: number; readonly daysLeft: number }
    | undefined;
}
