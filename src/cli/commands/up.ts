import type { Command } from "commander";
import { countDecisions, type Plan } from "../../core/plan.ts";
import { type Outcome, up } from "../../run/pipeline.ts";
import { renderPlan } from "../../view/plan.ts";
import { type Context, wantsColor } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions, withSelection } from "../options.ts";
import { type BodyResult, recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
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
      await recordRun({ command: "up", report, ...environment }, async (deps) =>
        asBody(await up(pipeline, deps, (forecast) => approve(forecast, options, environment))),
      );
      report.exitCode(exitCodes.done);
    });
}

async function approve(forecast: Plan, options: UpOptions, { context, ask }: RunEnvironment): Promise<boolean> {
  if (options.json !== true) {
    const shape = {
      color: wantsColor(context, context.stdout),
      width: context.stdout.columns ?? 100,
      verbose: options.verbose === true,
    };
    context.stdout.write(`${renderPlan(forecast, shape)}\n`);
  }
  if (options.yes === true) return true;
  const { change, later } = countDecisions(forecast);
  return ask.confirm(
    `Go on with these ${change} steps${later > 0 ? ` and ${later} that follow from them` : ""}?`,
    "Look at drover plan, then pass --yes.",
  );
}

function asBody(outcome: Outcome): BodyResult<Outcome> {
  const ended = outcome.kind === "declined" ? "cancelled" : outcome.kind;
  return { value: outcome, outcome: ended, changes: outcome.changes };
}
