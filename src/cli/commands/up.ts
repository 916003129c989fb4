import type { Command } from "commander";
import type { CheckId } from "../../checks/check.ts";
import { needsApproval, type Plan } from "../../core/plan.ts";
import { up } from "../../run/pipeline.ts";
import { planQuestion } from "../../view/plan.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { tellFirstLogin } from "../first-login.ts";
import { type HostOptions, withClusterOptions, withMaxFail, withSelection } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { keptPlan } from "../plan-file/kept.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { select } from "../select.ts";
import { showPlan } from "../show-plan.ts";
import { withSkipCheck } from "../skip-check.ts";
import { fullPipeline } from "../stages.ts";

const examples = `
Examples:
  drover up                               shows the plan, asks, does it
  drover up --yes --only os,docker        without asking, and only these stages
  drover up --only os/dns,os/names        only these steps
  drover plan -o plan.json                keeps a plan, to be reviewed;
  drover up plan.json                     then does exactly that, or, if a host has changed since, nothing`;

interface UpOptions extends HostOptions {
  readonly yes?: boolean;
  readonly skipCheck?: readonly string[];
}

const goesOn = "prepare the other hosts though up to so many fail; the cluster itself is then not touched (default: 0)";

/** `drover up`: make everything true that the inventory says. */
export function addUp(program: Command, context: Context, report: Report): void {
  withMaxFail(withSkipCheck(withSelection(withClusterOptions(program.command("up")))), goesOn)
    .description("prepare the hosts, bring up the cluster, install its addons")
    .argument("[plan]", "a plan that drover plan -o kept: exactly that is done, or nothing")
    .option("-y, --yes", "do not ask before changing something")
    .addHelpText("after", examples)
    .action(async (file: string | undefined, options: UpOptions) => {
      // Checks are loaded where there is something to check: a run with nothing to do does without.
      const skipped: ReadonlySet<CheckId> =
        options.skipCheck === undefined
          ? new Set()
          : (await import("../run-checks.ts")).skippedChecks(options.skipCheck);
      const environment = await prepareRun(options, context);
      const { cluster, paths, templates } = environment.loaded;
      const kept = file === undefined ? undefined : keptPlan(file, options, environment);
      const whole = fullPipeline(cluster, paths, templates);
      const pipeline = kept === undefined ? select(whole, options) : kept.select(whole);
      const outcome = await recordRun({ command: "up", report, ...environment }, async (deps) =>
        bodyOf(
          await up(
            pipeline,
            deps,
            (forecast) =>
              approve(forecast, { ...options, yes: options.yes === true || kept !== undefined }, environment),
            {
              ...(kept === undefined ? {} : { narrow: (forecast: Plan) => kept.narrow(pipeline, forecast) }),
              inspect: async (forecast, sessions) => {
                const { inspectHosts } = await import("../inspect-hosts.ts");
                await inspectHosts({ forecast, sessions, skipped, loaded: environment.loaded }, deps);
              },
            },
          ),
        ),
      );
      if (outcome.kind === "changed" && options.json !== true) await tellFirstLogin(environment);
      report.exitCode(outcome.kind === "declined" ? exitCodes.cancelled : exitCodes.done);
    });
}

async function approve(forecast: Plan, options: UpOptions, environment: RunEnvironment): Promise<boolean> {
  if (options.quiet !== true || options.yes !== true) await showPlan(forecast, options, environment);
  if (options.yes === true || !needsApproval(forecast)) return true;
  return environment.ask.confirm(planQuestion(forecast), "Look at drover plan, then pass --yes.");
}
