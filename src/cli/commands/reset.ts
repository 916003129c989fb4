import type { Command } from "commander";
import type { Plan } from "../../core/plan.ts";
import { engineOf } from "../../engines/engines.ts";
import { up } from "../../run/pipeline.ts";
import { staysChanged, undoStages } from "../../steps/undo/undo-stages.ts";
import { wrap } from "../../view/wrap.ts";
import { confirmCluster } from "../confirm-cluster.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";

interface ResetOptions extends ClusterOptions {
  readonly confirm?: string;
  readonly hostPrep?: boolean;
}

const examples = `
Examples:
  drover reset                                 the cluster goes; the hosts stay prepared for the next one
  drover reset --host-prep                     the hosts, too, are put back as they were before Drover
  drover reset --host-prep --confirm sample    without a question, for the cluster named sample`;

/** `drover reset`: the cluster goes, with all its data; what `up` prepared on the hosts stays, but for `--host-prep`. */
export function addReset(program: Command, context: Context, report: Report): void {
  withClusterOptions(program.command("reset"))
    .description("remove the cluster, and all that is stored in it, from its hosts")
    .option("--confirm <name>", "the cluster's name, in place of typing it")
    .option("--host-prep", "also put the hosts back: files, services, settings, packages that Drover changed")
    .addHelpText("after", examples)
    .action(async (options: ResetOptions) => {
      const environment = await prepareRun(options, context);
      const { cluster } = environment.loaded;
      const stages = [...engineOf(cluster).reset(environment.loaded), ...(options.hostPrep === true ? undoStages : [])];
      const pipeline = { cluster: cluster.name, hosts: cluster.hosts, stages };
      await recordRun({ command: "reset", report, ...environment }, async (deps) =>
        bodyOf(await up(pipeline, deps, (forecast) => approve(forecast, options, environment))),
      );
      report.exitCode(exitCodes.done);
    });
}

/** What is not brought back, at most so many columns wide. Ends with an empty line. Pure. */
export function whatStays(width: number): string {
  const lines = staysChanged.flatMap((line) => wrap(line, { width, first: "  - " }));
  return `${["What cannot be undone:", ...lines].join("\n")}\n\n`;
}

async function approve(forecast: Plan, options: ResetOptions, environment: RunEnvironment): Promise<boolean> {
  const { context } = environment;
  await showPlan(forecast, options, environment);
  if (options.hostPrep === true && options.json !== true) {
    context.stdout.write(whatStays(shapeOf(context).width));
  }
  const consequence = "This destroys the cluster and all that is stored in it, snapshots on its hosts too.";
  return confirmCluster(environment, consequence, options.confirm);
}
