import { type Command, Option } from "commander";
import { DroverError } from "../../core/errors.ts";
import { jsonLine } from "../../view/json-line.ts";
import { type ClusterStatus, renderStatus } from "../../view/status.ts";
import { clusterStatus } from "../cluster-status.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withResultOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";

interface StatusOptions extends ClusterOptions {
  /** Seconds; true for the default. */
  readonly watch?: string | true;
}

const examples = `
Ends with 0 if all is as it should be, else with 1. A cordoned node is told of, and is no fault.

Examples:
  drover status
  drover status --watch 10                     again every 10 seconds, until Ctrl-C
  drover status --json | jq '.health.certificate.daysLeft'`;

/** `drover status`: the cluster as it is, and what differs from the inventory. Ends with 1 if something is wrong. */
export function addStatus(program: Command, context: Context, report: Report): void {
  withResultOptions(program.command("status"))
    .description("show the cluster's nodes, parts, pods and releases, and what differs from the inventory")
    .addOption(new Option("--watch [seconds]", "again and again, until Ctrl-C (default: every 5 seconds)"))
    .addHelpText("after", examples)
    .action(async (options: StatusOptions) => {
      const pause = options.watch === undefined ? undefined : pauseMs(options.watch);
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const show = (status: ClusterStatus): void => print(status, options, context);
      const status = await recordRun({ command: "status", report, ...environment }, async (deps) => {
        let value = await clusterStatus(environment.loaded, deps);
        while (pause !== undefined && !deps.stopping()) {
          show(value);
          await untilNext(pause, context);
          if (!deps.stopping()) value = await clusterStatus(environment.loaded, deps);
        }
        return { value, outcome: value.problems.length === 0 ? "nothing-to-do" : "pending", changes: 0 };
      });
      if (pause === undefined) show(status);
      report.exitCode(status.problems.length === 0 ? exitCodes.done : exitCodes.failed);
    });
}

function print(status: ClusterStatus, options: StatusOptions, context: Context): void {
  const { stdout } = context;
  const shape = shapeOf(context);
  // From the top of an empty screen; what was there before stays above, to be scrolled back to.
  const clear = options.watch !== undefined && stdout.isTTY === true ? "\u001b[2J\u001b[H" : "";
  stdout.write(options.json === true ? jsonLine({ v: 1, ...status }) : `${clear}${renderStatus(status, shape)}`);
}

/** Waits, but not longer than until the first Ctrl-C. */
function untilNext(ms: number, context: Context): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    const forget = context.onFirstInterrupt(done);
    function done(): void {
      clearTimeout(timer);
      forget();
      resolve();
    }
  });
}

function pauseMs(given: string | true): number {
  const seconds = given === true ? 5 : Number(given);
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= 3600) return seconds * 1000;
  throw new DroverError("cli/usage", `--watch ${String(given)} is no number of seconds`, { remedy: "Give 1 to 3600." });
}
