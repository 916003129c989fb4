import type { Command } from "commander";
import { jsonLine } from "../../view/json-line.ts";
import { renderProofs } from "../../view/proofs.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withResultOptions } from "../options.ts";
import { looked } from "../outcome.ts";
import { proveCluster } from "../prove.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";

/** `drover prove`: the cluster does what it is for. Leaves nothing behind; ends with 1 if a proof failed. */
export function addProve(program: Command, context: Context, report: Report): void {
  withResultOptions(program.command("prove"))
    .description("try out what the cluster is for: names, pods, ports, volumes, ingress; leaves nothing behind")
    .addHelpText(
      "after",
      "\nEnds with 1 if a proof failed.\n\nExamples:\n  drover prove\n  drover prove --json | jq '.proofs[] | select(.result == \"failed\")'",
    )
    .action(async (options: ClusterOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const proofs = await recordRun({ command: "prove", report, ...environment }, async (deps) => {
        const value = await proveCluster(environment.loaded, deps, ({ name, about, result, detail }) => {
          deps.emit({ kind: "proof-made", proof: name, about, result, detail });
          if (options.json !== true && context.stderr.isTTY === true) context.stderr.write(`${name}: ${result}\n`);
        });
        return looked(value, !value.some(({ result }) => result === "failed"));
      });
      const shape = shapeOf(context, context.stdout, 120);
      context.stdout.write(options.json === true ? jsonLine({ v: 1, proofs }) : renderProofs(proofs, shape));
      report.exitCode(proofs.some(({ result }) => result === "failed") ? exitCodes.failed : exitCodes.done);
    });
}
