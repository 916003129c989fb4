import { resolve } from "node:path";
import type { Command } from "commander";
import type { Pipeline } from "../../core/pipeline.ts";
import { countChanges, countDecisions, isPending, type Plan } from "../../core/plan.ts";
import { plan } from "../../run/pipeline.ts";
import { jsonLine } from "../../view/json-line.ts";
import { planJson } from "../../view/plan-json.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type HostOptions, withResultOptions, withSelection } from "../options.ts";
import { versionOf } from "../package-version.ts";
import { droverFolder } from "../paths.ts";
import { writePlanFile } from "../plan-file/files.ts";
import { planFile } from "../plan-file/make.ts";
import { sealOf } from "../plan-file/seal.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { select } from "../select.ts";
import { showPlan } from "../show-plan.ts";
import { fullPipeline } from "../stages.ts";

interface PlanOptions extends HostOptions {
  readonly exitCode?: boolean;
  readonly output?: string;
}

const examples = `
Ends with 1 if a step is blocked: up would then do nothing.

Examples:
  drover plan                               what up would do
  drover plan -v --hosts gpu1,gpu2          with all commands and whole diffs, for two hosts
  drover plan -o plan.json                  to be reviewed; then: drover up plan.json
  drover plan --json | jq .counts           for programs (docs/plan.schema.json describes the file of -o)`;

/** `drover plan`: what `up` would do. Writes nothing on any host. */
export function addPlan(program: Command, context: Context, report: Report): void {
  withSelection(withResultOptions(program.command("plan"), "with all commands and whole diffs"))
    .description("show what up would change, and change nothing")
    .option("--exit-code", "end with 2 if there is something to do")
    .option("-o, --output <file>", "keep the plan: `drover up FILE` then applies exactly that, or nothing")
    .addHelpText("after", examples)
    .action(async (options: PlanOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster, paths, templates } = environment.loaded;
      const pipeline = select(fullPipeline(cluster, paths, templates), options);
      const forecast = await recordRun({ command: "plan", report, ...environment }, async (deps) => {
        const value = await plan(pipeline, deps);
        return { value, outcome: outcomeOf(value), changes: countChanges(value) };
      });
      const verbose = options.verbose === true;
      if (options.output !== undefined)
        keep(forecast, options.output, { ...options, ...chosenHosts(pipeline, options) }, environment);
      if (options.json === true) context.stdout.write(jsonLine(planJson(forecast, { verbose })));
      else await showPlan(forecast, options, environment);
      const outcome = outcomeOf(forecast);
      const asked = options.exitCode === true;
      if (outcome === "failed") report.exitCode(exitCodes.failed);
      else report.exitCode(asked && outcome === "pending" ? exitCodes.pending : exitCodes.done);
    });
}

/** What `up` would refuse is a failure, whatever else is pending. */
function outcomeOf(forecast: Plan): "failed" | "pending" | "nothing-to-do" {
  if (countDecisions(forecast).blocked > 0) return "failed";
  return isPending(forecast) ? "pending" : "nothing-to-do";
}

/** However the hosts were chosen, a plan that is kept names them. */
function chosenHosts({ hosts }: Pipeline, options: PlanOptions): Pick<PlanOptions, "hosts"> {
  const chosen = [options.hosts, options.limit, options.roles].some((given) => given !== undefined);
  return chosen ? { hosts: hosts.map(({ name }) => name).join(",") } : {};
}

function keep(forecast: Plan, file: string, { hosts, only, json }: PlanOptions, environment: RunEnvironment): void {
  const { context, loaded } = environment;
  const origin = {
    made: new Date(context.now()).toISOString(),
    drover: versionOf(context),
    hosts: hosts ?? null,
    only: only ?? null,
  };
  const seal = sealOf(droverFolder(loaded.inventory), context.randomHex);
  writePlanFile(resolve(context.cwd, file), planFile(forecast, origin, seal));
  if (json === true) return;
  const next =
    outcomeOf(forecast) === "failed"
      ? "It cannot be applied, as a step is blocked: do what is said there, then make it anew."
      : `To apply exactly that: drover up ${file}`;
  context.stderr.write(`The plan is kept in ${file}. ${next}\n`);
}
