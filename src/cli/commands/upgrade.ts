import type { Command } from "commander";
import { rkeSetup } from "../../engines/rke/setup.ts";
import { jsonLine } from "../../view/json-line.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { withClusterOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { findWay, goWay, type UpgradeOptions } from "../upgrade/run-upgrade.ts";

interface Options extends UpgradeOptions {
  readonly list?: boolean;
}

const examples = `
Examples:
  drover upgrade --list                        where the cluster is, and where this rke can bring it
  drover upgrade v1.32.3-rancher1-1            every minor version on the way, each with a snapshot before it
  drover upgrade                               to the newest`;

/** `drover upgrade`: another version of Kubernetes, one minor at a time. */
export function addUpgrade(program: Command, context: Context, report: Report): void {
  withClusterOptions(program.command("upgrade [version]"))
    .description("bring the cluster to another version of Kubernetes, one minor version at a time")
    .option("--list", "only tell which versions there are, and the way to the given one")
    .option("-y, --yes", "do not ask before changing something")
    .addHelpText("after", examples)
    .action(async (wanted: string | undefined, options: Options) => {
      const environment = await prepareRun({ ...options, quiet: options.list === true }, context);
      const setup = rkeSetup(environment.loaded);
      const code = await recordRun({ command: "upgrade", report, ...environment }, async (deps) => {
        const way = await findWay(setup, wanted, deps);
        if (options.list === true) {
          const { current, hops, listed } = way;
          context.stdout.write(options.json === true ? jsonLine({ v: 1, current, hops, listed }) : text(way));
          return { value: exitCodes.done, outcome: "done", changes: 0 };
        }
        const changes = await goWay(way, options, environment, deps);
        if (changes === undefined) return { value: exitCodes.cancelled, outcome: "cancelled", changes: 0 };
        return { value: exitCodes.done, outcome: changes === 0 ? "nothing-to-do" : "changed", changes };
      });
      report.exitCode(code);
    });
}

function text({ current, hops, listed }: Awaited<ReturnType<typeof findWay>>): string {
  const way = hops.length === 0 ? "it is there already" : `the way: ${hops.join(", ")}`;
  return `The cluster runs ${current}; ${way}.\nThis rke can make: ${listed.join(", ")}.\n`;
}
