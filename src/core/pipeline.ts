import { control, type Host } from "./cluster.ts";
import { applicable } from "./decide.ts";
import type { AnyStep, Stage } from "./step.ts";

/** Everything that a command wants to be true, in order. */
export interface Pipeline {
  readonly cluster: string;
  readonly hosts: readonly Host[];
  readonly stages: readonly Stage[];
}

/** The hosts that a stage concerns. */
export function hostsOf(pipeline: Pipeline, stage: Stage): readonly Host[] {
  const candidates = stage.on === "control" ? [control] : pipeline.hosts;
  return candidates.filter((host) => concerns(stage, host));
}

/** Whether a stage has a step for a host. Asked of one host at a time: of all of them it would take their square. */
function concerns(stage: Stage, host: Host): boolean {
  return (stage.on === "control") === (host === control) && applicable(stage.steps, host).length > 0;
}

/** Every host that any stage concerns: the inventory's in their order, then the control machine. */
export function allHosts(pipeline: Pipeline): readonly Host[] {
  const concerned = new Set(pipeline.stages.flatMap((stage) => hostsOf(pipeline, stage)));
  return [...pipeline.hosts, control].filter((host) => concerned.has(host));
}

/** The steps of a host in this stage and all later ones: what must be asked together. */
export function stepsAhead(pipeline: Pipeline, from: Stage, host: Host): readonly AnyStep[] {
  const stages = pipeline.stages.slice(pipeline.stages.indexOf(from));
  return stages.filter((stage) => concerns(stage, host)).flatMap((stage) => applicable(stage.steps, host));
}
