import type { Command } from "commander";
import type { CheckId } from "../../checks/check.ts";
import { needsAttention } from "../../checks/results.ts";
import { fixScript } from "../../view/fix-script.ts";
import { jsonLine } from "../../view/json-line.ts";
import { checkJson } from "../check-json.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type HostOptions, withHosts, withResultOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { type Checked, emitChecks, notReached, runChecks, skippedChecks } from "../run-checks.ts";
import { prepareRun } from "../run-environment.ts";
import { selectHosts } from "../select.ts";
import { checkLine, checkText } from "../show-checks.ts";
import { withSkipCheck } from "../skip-check.ts";

interface CheckOptions extends HostOptions {
  readonly script?: boolean;
  readonly skipCheck?: readonly string[];
}

const examples = `
Ends with 0 if all is well or up will put it right, 2 if there are warnings, 1 if something would keep up from beginning
or no host could be reached.
docs/checks.md lists every check.

Examples:
  drover check                          what needs attention
  drover check -v                       every check, also those that are in order
  drover check --script >fixes.sh       the fixes as a script, to be read and then run on the hosts
  drover check --skip-check gpu/lanes   without one`;

/** `drover check`: what is wrong with the hosts, why it matters, and how it is put right. Changes nothing. */
export function addCheck(program: Command, context: Context, report: Report): void {
  withSkipCheck(withHosts(withResultOptions(program.command("check"), "also every check that is in order")))
    .description("tell what is wrong with the hosts and between them, and change nothing")
    .option("--script", "print the fixes as a shell script")
    .addHelpText("after", examples)
    .action(async (options: CheckOptions) => {
      const skipped = skippedChecks(options.skipCheck);
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster, paths } = environment.loaded;
      const hosts = selectHosts(cluster.hosts, options);
      const all = await recordRun({ command: "check", report, ...environment }, async (deps) => {
        const value = await runChecks({ cluster, paths, hosts, mesh: true }, deps);
        emitChecks(value, skipped, deps.emit);
        return { value, outcome: outcomes[exitCodeFor(without(value, skipped))], changes: 0 };
      });
      const checked = without(all, skipped);
      if (options.json === true) context.stdout.write(jsonLine(checkJson(cluster.name, all, skipped)));
      else if (options.script === true)
        context.stdout.write(
          fixScript(
            checked.results.map(checkLine),
            hosts.map(({ name }) => name),
            notReached(checked),
          ),
        );
      else context.stdout.write(checkText(checked, context, options.verbose === true));
      report.exitCode(exitCodeFor(checked));
    });
}

const outcomes = {
  [exitCodes.done]: "done",
  [exitCodes.pending]: "pending",
  [exitCodes.failed]: "failed",
} as const;

function without(all: Checked, skipped: ReadonlySet<CheckId>): Checked {
  return { ...all, results: all.results.filter(({ check }) => !skipped.has(check)) };
}

/** Where nothing was checked, nothing is known to be well, whatever was left out. */
function exitCodeFor({ results, seen }: Checked): keyof typeof outcomes {
  const open = results.filter(needsAttention);
  if (seen.length === 0) return exitCodes.failed;
  if (open.some(({ severity }) => severity === "blocking")) return exitCodes.failed;
  return open.some(({ severity }) => severity === "warning") ? exitCodes.pending : exitCodes.done;
}
