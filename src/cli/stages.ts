import { addonStages } from "../addons/registry.ts";
import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import type { Pipeline } from "../core/pipeline.ts";
import { drainAround } from "../engines/rke/drain.ts";
import { rkeEngine } from "../engines/rke/engine.ts";
import { hostStages } from "../steps/host-stages.ts";
import { proofProgram } from "../steps/nvidia/proof.ts";
import { type Templates, templateText } from "../templates/load.ts";

/** What `up` wants to be true: prepared hosts, a cluster, its addons. */
export function fullPipeline(cluster: Cluster, paths: ClusterPaths, templates: Templates): Pipeline {
  const stages = [
    ...hostStages(cluster, {
      program: templateText(templates, proofProgram),
      around: (host) => drainAround({ cluster, paths }, host),
    }),
    ...rkeEngine({ cluster, paths, templates }),
    ...addonStages({ cluster, paths, templates }),
  ];
  return { cluster: cluster.name, hosts: cluster.hosts, stages };
}
