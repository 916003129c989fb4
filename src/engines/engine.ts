import type { Cluster, ClusterPaths, Host } from "../core/cluster.ts";
import type { Around, Stage } from "../core/step.ts";
import type { Templates } from "../templates/load.ts";

/** What engines and addons are made from: pure data, all secrets resolved. */
export interface EngineInput {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
  readonly templates: Templates;
}

/**
 * A way to make a Kubernetes cluster of prepared hosts: nothing but stages of steps. It leaves a kubeconfig at
 * `paths.kubeconfig`, through which addons, proofs and `status` work, whoever made the cluster. A further engine is a folder
 * here, a line in `engines.ts` and a line in `engine-settings.ts`.
 */
export interface Engine {
  /** What `drover up` wants to be true once the hosts are prepared. */
  stages(input: EngineInput): readonly Stage[];
  /** What `drover reset` wants to be true: no cluster, and nothing of it on the hosts. */
  reset(input: EngineInput): readonly Stage[];
  /** What is done in the cluster around something that takes a host away for a while, such as a reboot. */
  around(input: EngineInput, host: Host): Around;
}
