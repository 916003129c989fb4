import { resolve } from "node:path";
import type { Command } from "commander";
import { templateText } from "../../templates/load.ts";
import { jsonLine } from "../../view/json-line.ts";
import { renderReport } from "../../view/report/page.ts";
import type { ReportData } from "../../view/report/report-data.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askForReport, knownForReport } from "../gather-report.ts";
import { type ClusterOptions, withResultOptions } from "../options.ts";
import { versionOf } from "../package-version.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { writeReport } from "../write-report.ts";

interface ReportOptions extends ClusterOptions {
  readonly output?: string;
  readonly offline?: boolean;
}

const examples = `
One HTML file without scripts or anything from elsewhere: it can be mailed, printed and kept. It holds no secret.

Examples:
  drover report                          asks the hosts and the cluster, writes CLUSTER-report.html
  drover report --offline -o runs.html   from the journals only, asks nobody
  drover report -o - >report.html        to stdout
  drover report --json | jq .certificates`;

/** `drover report`: the cluster on one page, for those who do not sit at the terminal. Changes nothing. */
export function addReport(program: Command, context: Context, report: Report): void {
  withResultOptions(program.command("report"))
    .description("write the cluster, its hosts, checks, proofs and runs as one HTML page")
    .option("-o, --output <file>", "where to (default: CLUSTER-report.html; - for stdout)")
    .option("--offline", "from the journals on this machine; ask no host")
    .addHelpText("after", examples)
    .action(async (options: ReportOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const data = await gather(options, environment, report);
      if (options.json === true) context.stdout.write(jsonLine({ v: 1, ...data }));
      else await deliver(options, data, environment);
      report.exitCode(exitCodes.done);
    });
}

async function gather(options: ReportOptions, environment: RunEnvironment, report: Report): Promise<ReportData> {
  const { loaded, context } = environment;
  const asked =
    options.offline === true
      ? undefined
      : await recordRun({ command: "report", report, ...environment }, async (deps) => ({
          value: await askForReport(loaded, loaded.cluster.hosts, deps),
          outcome: "done",
          changes: 0,
        }));
  const known = await knownForReport(loaded, asked?.checked);
  return { ...known, at: context.now(), version: versionOf(context), live: asked?.live };
}

async function deliver(options: ReportOptions, data: ReportData, { context, loaded }: RunEnvironment): Promise<void> {
  const page = renderReport(data, templateText(loaded.templates, "report.css"));
  if (options.output === "-") {
    context.stdout.write(page);
    return;
  }
  const path = resolve(context.cwd, options.output ?? `${data.cluster}-report.html`);
  writeReport(path, page);
  context.stdout.write(`${path}\n`);
}
