import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import type { Stage } from "../core/step.ts";
import type { Templates } from "../templates/load.ts";

/** What engines and addons are made from: pure data, all secrets resolved. */
export interface EngineInput {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
  readonly templates: Templates;
}

/** A way to make a Kubernetes cluster of prepared hosts: nothing but stages of steps. */
export type Engine = (input: EngineInput) => readonly Stage[];
