import type { Command } from "commander";
import { renderStatus } from "../../view/status.ts";
import { clusterStatus } from "../cluster-status.ts";
import { type Context, wantsColor } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";

/** `drover status`: the cluster as it is, and what differs from the inventory. Ends with 1 if something is wrong. */
export function addStatus(program: Command, context: Context, report: Report): void {
  withClusterOptions(program.command("status"))
    .description("show the cluster's nodes, pods and releases, and what differs from the inventory")
    .action(async (options: ClusterOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const status = await recordRun({ command: "status", report, ...environment }, async (deps) => {
        const value = await clusterStatus(environment.loaded, deps);
        return { value, outcome: value.problems.length === 0 ? "nothing-to-do" : "pending", changes: 0 };
      });
      const shape = { color: wantsColor(context, context.stdout), width: context.stdout.columns ?? 100 };
      context.stdout.write(
        options.json === true ? `${JSON.stringify({ v: 1, ...status })}\n` : renderStatus(status, shape),
      );
      report.exitCode(status.problems.length === 0 ? exitCodes.done : exitCodes.failed);
    });
}
