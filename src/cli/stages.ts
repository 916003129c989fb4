import { addonStages } from "../addons/registry.ts";
import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Engine } from "../engines/engine.ts";
import { engineOf } from "../engines/engines.ts";
import { hostStages } from "../steps/host-stages.ts";
import { proofProgram } from "../steps/nvidia/proof.ts";
import { type Templates, templateText } from "../templates/load.ts";

/** What `up` wants to be true: prepared hosts, a cluster, its addons. */
export function fullPipeline(
  cluster: Cluster,
  paths: ClusterPaths,
  templates: Templates,
  engine: Engine = engineOf(cluster),
): Pipeline {
  const input = { cluster, paths, templates };
  const stages = [
    ...hostStages(cluster, {
      program: templateText(templates, proofProgram),
      around: (host) => engine.around(input, host),
    }),
    ...engine.stages(input),
    ...addonStages(input),
  ];
  return { cluster: cluster.name, hosts: cluster.hosts, stages };
}
