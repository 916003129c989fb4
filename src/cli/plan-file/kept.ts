import { resolve } from "node:path";
import { asDroverError, DroverError } from "../../core/errors.ts";
import type { Pipeline } from "../../core/pipeline.ts";
import { isPending, type Plan } from "../../core/plan.ts";
import type { HostOptions } from "../options.ts";
import { droverFolder } from "../paths.ts";
import type { RunEnvironment } from "../run-environment.ts";
import { select } from "../select.ts";
import { refuseStale, remedy } from "./compare.ts";
import { readPlanFile } from "./files.ts";
import { onlyAsPlanned } from "./only-as-planned.ts";
import type { PlanFile } from "./schema.ts";
import { sealOf } from "./seal.ts";

/** A plan that was kept, ready to be carried out. */
export interface KeptPlan {
  /**
   * The part of the pipeline that it was made for.
   * @throws DroverError `plan/stale` where the inventory has none of its hosts, stages or steps any more
   */
  readonly select: (pipeline: Pipeline) => Pipeline;
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
    select: (pipeline) => selectAsPlanned(pipeline, plan),
    narrow: (pipeline, forecast) => {
      if (!isPending(forecast)) return pipeline;
      refuseStale(plan, forecast, seal);
      return onlyAsPlanned(pipeline, plan, seal);
    },
  };
}

/** What --hosts and --only named when the plan was made may not be there any more: nobody named them now. */
function selectAsPlanned(pipeline: Pipeline, { hosts, only }: PlanFile): Pipeline {
  try {
    return select(pipeline, { ...(hosts === null ? {} : { hosts }), ...(only === null ? {} : { only }) });
  } catch (thrown) {
    const { message } = asDroverError(thrown);
    throw new DroverError("plan/stale", `the plan no longer fits the inventory: ${message}`, { remedy, cause: thrown });
  }
}
