import type { Command } from "commander";
import { isPending } from "../../core/plan.ts";
import { plan } from "../../run/pipeline.ts";
import { planJson } from "../../view/plan-json.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions, withSelection } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { fullPipeline, select } from "../stages.ts";

interface PlanOptions extends ClusterOptions {
  readonly exitCode?: boolean;
}

/** `drover plan`: what `up` would do. Writes nothing on any host. */
export function addPlan(program: Command, context: Context, report: Report): void {
  withSelection(withClusterOptions(program.command("plan")))
    .description("show what up would change, and change nothing")
    .option("--exit-code", "end with 2 if there is something to do")
    .action(async (options: PlanOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster, paths, templates } = environment.loaded;
      const pipeline = select(fullPipeline(cluster, paths, templates), options);
      const forecast = await recordRun({ command: "plan", report, ...environment }, async (deps) => {
        const value = await plan(pipeline, deps);
        return { value, outcome: isPending(value) ? "pending" : "nothing-to-do", changes: 0 };
      });
      const verbose = options.verbose === true;
      if (options.json === true) context.stdout.write(`${JSON.stringify(planJson(forecast, { verbose }))}\n`);
      else showPlan(forecast, options, context);
      report.exitCode(options.exitCode === true && isPending(forecast) ? exitCodes.pending : exitCodes.done);
    });
}
