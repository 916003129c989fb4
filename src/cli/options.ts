import { resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "./context.ts";

/** What every command that works on a cluster understands. */
export interface ClusterOptions {
  readonly inventory?: string;
  readonly hosts?: string;
  readonly only?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Adds the options that all cluster commands share. */
export function withClusterOptions(command: Command): Command {
  return command
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("--json", "one JSON object a line on stdout, for programs")
    .option("-v, --verbose", "show commands and their output");
}

/** Adds the options that narrow a run. */
export function withSelection(command: Command): Command {
  return command
    .option("--hosts <names>", "only these hosts of the inventory, separated by commas; host stages only")
    .option("--only <stages>", "only these stages, separated by commas");
}

/** The inventory's path: flag, then environment, then the default in the current folder. */
export function inventoryPath(options: ClusterOptions, context: Context): string {
  return resolve(context.cwd, options.inventory ?? context.env["DROVER_INVENTORY"] ?? "inventory.yaml");
}
