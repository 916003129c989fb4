import { addonStages } from "../addons/registry.ts";
import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Stage } from "../core/step.ts";
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

/**
 * The part of a pipeline that was asked for by name.
 * @throws DroverError `cli/usage` for a name that is not there, with those that are
 */
export function select(pipeline: Pipeline, selection: { readonly hosts?: string; readonly only?: string }): Pipeline {
  const names = pipeline.hosts.map((host) => host.name);
  const ids = pipeline.stages.map((stage) => stage.id);
  const hosts = chosen("--hosts", selection.hosts, names);
  const only = chosen("--only", selection.only, ids);
  const stages = pipeline.stages.filter((stage) => only.includes(stage.id) && fits(stage, selection.hosts));
  return { ...pipeline, hosts: pipeline.hosts.filter((host) => hosts.includes(host.name)), stages };
}

/** A cluster is not made of some of its hosts: with --hosts, what concerns the whole is left out. */
function fits(stage: Stage, hosts: string | undefined): boolean {
  return hosts === undefined || stage.on === "hosts";
}

function chosen(flag: string, given: string | undefined, known: readonly string[]): readonly string[] {
  if (given === undefined) return known;
  const wanted = given
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0 || wanted.length === 0) {
    throw new DroverError("cli/usage", `${flag} does not know ${unknown.join(", ") || "an empty name"}`, {
      remedy: `It takes: ${known.join(", ")}.`,
    });
  }
  return wanted;
}
