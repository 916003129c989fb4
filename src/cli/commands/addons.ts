import { type Command, Option } from "commander";
import { type CatalogEntry, catalog } from "../../addons/catalog.ts";
import { DroverError } from "../../core/errors.ts";
import { renderAddonStatus, renderAddons } from "../../view/addons.ts";
import { jsonLine } from "../../view/json-line.ts";
import { disable, enable } from "../addons/change.ts";
import { addonStatus, isWell, listAddons } from "../addons/overview.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadCluster } from "../load-cluster.ts";
import { type ClusterOptions, withClusterOptions, withResultOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { addNames } from "./addon-names.ts";

interface ChangeOptions extends ClusterOptions {
  readonly set?: readonly string[];
  readonly yes?: boolean;
  readonly keep?: boolean;
}

/** `drover addons`: what can be installed on the cluster, and what of it is. */
export function addAddons(program: Command, context: Context, report: Report): void {
  const command = program
    .command("addons")
    .description("what can be installed on the cluster: list, add, change, remove")
    .addHelpText("after", examples);
  const write = (options: ClusterOptions, json: object, text: (shape: { color: boolean; width: number }) => string) => {
    const shape = shapeOf(context);
    context.stdout.write(options.json === true ? jsonLine(json) : text(shape));
  };
  withResultOptions(command.command("list"))
    .description("all addons, and which of them the inventory asks for; asks nobody")
    .action(async (options: ClusterOptions) => {
      const addons = listAddons(await loadCluster(options, context));
      write(options, { v: 1, addons }, (shape) => renderAddons(addons, shape));
    });
  withResultOptions(command.command("status"))
    .description("the addons of the inventory, and what the cluster has of them; ends with 1 if something differs")
    .action(async (options: ClusterOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const addons = await recordRun({ command: "addons status", report, ...environment }, async (deps) => {
        const value = await addonStatus(environment.loaded, deps);
        if (value === undefined) throw noAnswer();
        return { value, outcome: value.every(isWell) ? "nothing-to-do" : "pending", changes: 0 };
      });
      write(options, { v: 1, addons }, (shape) => renderAddonStatus(addons, shape));
      report.exitCode(addons.every(isWell) ? exitCodes.done : exitCodes.failed);
    });
  for (const [name, about] of [
    ["enable", "add an addon to the inventory; `drover up` then installs it"],
    ["configure", "change what the inventory tells an addon; `drover up` then applies it"],
  ] as const) {
    withChange(withResultOptions(command.command(`${name} <addon>`)), about)
      .addOption(
        new Option("--set <key=value...>", "a setting, such as hostname=rancher.example.com or values.replicas=2"),
      )
      .action(async (addon: string, options: ChangeOptions) => {
        const done = await enable({ entry: entryOf(addon), options, context, mustBeThere: name === "configure" });
        report.exitCode(done ? exitCodes.done : exitCodes.cancelled);
      });
  }
  addNames(command, context, report);
  withChange(
    withClusterOptions(command.command("disable <addon>")),
    "remove an addon from the cluster and from the inventory",
  )
    .option("--keep", "only from the inventory: what is in the cluster stays, and is no longer Drover's concern")
    .action(async (addon: string, options: ChangeOptions) => {
      const done = await disable({ entry: entryOf(addon), options, context, report });
      report.exitCode(done ? exitCodes.done : exitCodes.cancelled);
    });
}

function withChange(command: Command, about: string): Command {
  return command.description(about).option("-y, --yes", "do not ask before changing something");
}

const examples = `
Examples:
  drover addons list
  drover addons enable metallb --set 'addresses=[192.0.2.200-192.0.2.220]'
  drover addons configure rancher --set replicas=1 --set values.auditLog.level=1
  drover addons disable metallb`;

function entryOf(name: string): CatalogEntry {
  const found = catalog.find(({ key }) => key === name);
  if (found !== undefined) return found;
  throw new DroverError("cli/usage", `there is no addon "${name}"`, {
    remedy: `There are: ${catalog.map(({ key }) => key).join(", ")}.`,
  });
}

function noAnswer(): DroverError {
  return new DroverError("cluster/not-ready", "the cluster does not answer", {
    remedy: "Look at `drover status`; if there is no cluster yet, `drover up` makes one.",
  });
}
