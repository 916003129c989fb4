import type { Command } from "commander";
import { failureOf } from "../../core/failure.ts";
import { renderFacts } from "../../view/facts.ts";
import { jsonLine } from "../../view/json-line.ts";
import { askFacts, type HostLook } from "../ask-facts.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { factSheet } from "../fact-sheet.ts";
import { type HostOptions, withHosts, withResultOptions } from "../options.ts";
import { looked } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { selectHosts } from "../select.ts";

const examples = `
Ends with 1 if a host could not be asked; the others are shown all the same.

Examples:
  drover facts --hosts gpu1
  drover facts --json | jq '.hosts[].facts.gpus'`;

/** `drover facts`: what is known of each host. Reads only; ends with 1 if a host could not be asked. */
export function addFacts(program: Command, context: Context, report: Report): void {
  withHosts(withResultOptions(program.command("facts")))
    .description("show what is known of each host, and change nothing")
    .addHelpText("after", examples)
    .action(async (options: HostOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster } = environment.loaded;
      const hosts = selectHosts(cluster.hosts, options);
      const looks = await recordRun({ command: "facts", report, ...environment }, async (deps) => {
        const value = await askFacts(hosts, deps);
        for (const look of value)
          if (look.kind === "failed") deps.emit({ kind: "failed", failure: failureOf(look.failure) });
        return looked(value, isWhole(value));
      });
      const shape = shapeOf(context);
      context.stdout.write(
        options.json === true ? jsonLine(factsJson(looks)) : renderFacts(looks.map(factSheet), shape),
      );
      report.exitCode(isWhole(looks) ? exitCodes.done : exitCodes.failed);
    });
}

function isWhole(looks: readonly HostLook[]): boolean {
  return looks.every((look) => look.kind === "facts");
}

/** One object for programs: every host with its facts, or with the code and message of why there are none. */
function factsJson(looks: readonly HostLook[]): object {
  const hosts = looks.map((look) => {
    const { name, address, roles } = look.host;
    if (look.kind === "facts") return { name, address, roles, facts: look.facts };
    const { code, message, remedy } = look.failure;
    return { name, address, roles, failure: { code, message, remedy } };
  });
  return { v: 1, hosts };
}
