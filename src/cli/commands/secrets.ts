import type { Command } from "commander";
import { rotateKeyStages } from "../../engines/rke/day-two/rotate-key.ts";
import { rkeSetup } from "../../engines/rke/setup.ts";
import { up } from "../../run/pipeline.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";

interface RotateOptions extends ClusterOptions {
  readonly yes?: boolean;
}

const examples = `
Examples:
  drover secrets rotate-key                    shows what is done, and asks`;

/** `drover secrets`: the key that the cluster's secrets are encrypted with in etcd. */
export function addSecrets(program: Command, context: Context, report: Report): void {
  const command = program
    .command("secrets")
    .description("the key that the cluster's secrets are encrypted with in etcd")
    .addHelpText("after", examples);
  withClusterOptions(command.command("rotate-key"))
    .description("make a new key, and write every secret anew with it")
    .option("-y, --yes", "do not ask before changing something")
    .action(async (options: RotateOptions) => {
      const environment = await prepareRun(options, context);
      const { loaded, ask } = environment;
      const stages = rotateKeyStages(rkeSetup(loaded), context.randomHex(8));
      const pipeline = { cluster: loaded.cluster.name, hosts: loaded.cluster.hosts, stages };
      const outcome = await recordRun({ command: "secrets rotate-key", report, ...environment }, async (deps) =>
        bodyOf(
          await up(pipeline, deps, async (forecast) => {
            await showPlan(forecast, options, environment);
            return options.yes === true || ask.confirm("Renew the key?", "Pass --yes.");
          }),
        ),
      );
      report.exitCode(outcome.kind === "declined" ? exitCodes.cancelled : exitCodes.done);
    });
}
