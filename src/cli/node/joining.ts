import type { Host } from "../../core/cluster.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import { joinStages } from "../../engines/rke/day-two/join-stages.ts";

/** What `up` wants to be true, between what is made sure of where these hosts join etcd. */
export function withJoining(pipeline: Pipeline, joining: readonly Host[]): Pipeline {
  const { before, after } = joinStages(pipeline, joining);
  return { ...pipeline, stages: [...before, ...pipeline.stages, ...after] };
}
