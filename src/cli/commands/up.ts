import type { Command } from "commander";
import { countDecisions, type Plan } from "../../core/plan.ts";
import { up } from "../../run/pipeline.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { tellFirstLogin } from "../first-login.ts";
import { type ClusterOptions, withClusterOptions, withSelection } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { fullPipeline, select } from "../stages.ts";

interface UpOptions extends ClusterOptions {
  readonly yes?: boolean;
}

/** `drover up`: make everything true that the inventory says. */
export function addUp(program: Command, context: Context, report: Report): void {
  withSelection(withClusterOptions(program.command("up")))
    .description("prepare the hosts, bring up the cluster, install its addons")
    .option("-y, --yes", "do not ask before changing something")
    .action(async (options: UpOptions) => {
      const environment = await prepareRun(options, context);
      const { cluster, paths, templates } = environment.loaded;
      const pipeline = select(fullPipeline(cluster, paths, templates), options);
      const outcome = await recordRun({ command: "up", report, ...environment }, async (deps) =>
        bodyOf(await up(pipeline, deps, (forecast) => approve(forecast, options, environment))),
      );
      if (outcome.kind === "changed" && options.json !== true) await tellFirstLogin(environment);
      report.exitCode(outcome.kind === "declined" ? exitCodes.cancelled : exitCodes.done);
    });
}

async function approve(forecast: Plan, options: UpOptions, { context, ask, view }: RunEnvironment): Promise<boolean> {
  // The live view holds back what others write to its terminal.
  await view.end();
  showPlan(forecast, options, context);
  if (options.yes === true) return true;
  const { change, later } = countDecisions(forecast);
  const following = later > 0 ? ` and ${later} that follow from them` : "";
  return ask.confirm(`Go on with these ${change} steps${following}?`, "Look at drover plan, then pass --yes.");
}
