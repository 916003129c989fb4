import type { Host } from "../../core/cluster.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import type { Engine } from "../../engines/engine.ts";

/** What `up` wants to be true, between what the engine makes sure of where these hosts join. */
export function withJoining(pipeline: Pipeline, joining: readonly Host[], engine: Pick<Engine, "joining">): Pipeline {
  const { before, after } = engine.joining(pipeline, joining);
  return { ...pipeline, stages: [...before, ...pipeline.stages, ...after] };
}
