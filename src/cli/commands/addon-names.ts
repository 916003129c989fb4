import { type Command, Option } from "commander";
import { outsideNames } from "../../addons/outside-names.ts";
import { jsonLine } from "../../view/json-line.ts";
import { changeNames, type NamesOptions, renderNames } from "../addons/names.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadCluster } from "../load-cluster.ts";
import type { ClusterOptions } from "../options.ts";
import type { Report } from "../report.ts";

const examples = `
Examples:
  drover addons names                          the lines, for your DNS or for a hosts file
  drover addons names --write                  into this machine's /etc/hosts, to try at once
  drover addons names --remove                 out of it again`;

/** `drover addons names`: what DNS outside must know, and this machine's hosts file in its place. Asks no host. */
export function addNames(addons: Command, context: Context, report: Report): void {
  addons
    .command("names")
    .description("the names by which addons are reached from outside, and where they must lead; asks nobody")
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .addOption(
      new Option("--write", "put them into this machine's hosts file, as a block of its own").conflicts("remove"),
    )
    .option("--remove", "take that block out again")
    .option("--file <path>", "the hosts file", "/etc/hosts")
    .option("-y, --yes", "do not ask before changing it")
    .addOption(new Option("--json", "the names as JSON").conflicts(["write", "remove"]))
    .addHelpText("after", examples)
    .action(async (options: ClusterOptions & NamesOptions) => {
      const { cluster } = await loadCluster(options, context);
      const names = outsideNames(cluster);
      if (options.json === true) context.stdout.write(jsonLine({ v: 1, names }));
      else if (options.write !== true && options.remove !== true) context.stdout.write(renderNames(names));
      else if (!(await changeNames(cluster, options, context))) report.exitCode(exitCodes.cancelled);
    });
}
