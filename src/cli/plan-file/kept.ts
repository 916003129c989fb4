import { resolve } from "node:path";
import { DroverError } from "../../core/errors.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import { isPending, type Plan } from "../../core/plan.ts";
import type { ClusterOptions, HostOptions } from "../options.ts";
import { droverFolder } from "../paths.ts";
import type { RunEnvironment } from "../run-environment.ts";
import { refuseStale } from "./compare.ts";
import { readPlanFile } from "./files.ts";
import { onlyAsPlanned } from "./only-as-planned.ts";
import { sealOf } from "./seal.ts";

/** A plan that was kept, ready to be carried out. */
export interface KeptPlan {
  /** What --hosts and --only were when it was made. */
  readonly selection: Pick<ClusterOptions, "hosts" | "only">;
  /**
   * The pipeline, held to the plan. One that is wholly done already fits too.
   * @throws SeveralFailed of `plan/stale`
   */
  readonly narrow: (pipeline: Pipeline, forecast: Plan) => Pipeline;
}

/**
 * Reads the plan that `up` was given.
 * @throws DroverError `plan/unusable`, or `cli/usage` if the run shall be narrowed otherwise than the plan was
 */
export function keptPlan(file: string, options: HostOptions, { context, loaded }: RunEnvironment): KeptPlan {
  if ([options.hosts, options.limit, options.roles, options.only].some((given) => given !== undefined)) {
    throw new DroverError("cli/usage", "a plan says itself which hosts and stages it is for", {
      remedy: "Leave --hosts, --limit, --roles and --only out, or give them to drover plan -o.",
    });
  }
  const seal = sealOf(droverFolder(loaded.inventory), context.randomHex);
  const plan = readPlanFile(resolve(context.cwd, file), loaded.cluster.name, seal);
  return {
    selection: {
      ...(plan.hosts === null ? {} : { hosts: plan.hosts }),
      ...(plan.only === null ? {} : { only: plan.only }),
    },
    narrow: (pipeline, forecast) => {
      if (!isPending(forecast)) return pipeline;
      refuseStale(plan, forecast, seal);
      return onlyAsPlanned(pipeline, plan, seal);
    },
  };
}
