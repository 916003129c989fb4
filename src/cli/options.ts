import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Context } from "./context.ts";

/** What every command that works on a cluster understands. */
export interface ClusterOptions {
  readonly inventory?: string;
  readonly hosts?: string;
  readonly only?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  /** How many hosts at once. */
  readonly concurrency?: number;
  /** Seconds to wait for hosts that do not answer yet, and for another run's lock. */
  readonly wait?: number;
  /** How many hosts may fail. */
  readonly maxFail?: number;
}

/** What those understand that may be told to work on some hosts only. */
export interface HostOptions extends ClusterOptions {
  readonly limit?: string;
  readonly roles?: string;
}

/** Adds the options that all cluster commands share. */
export function withClusterOptions(command: Command): Command {
  return withCommonOptions(command)
    .option("-v, --verbose", "show commands and their output")
    .option("-q, --quiet", "no progress: only results, questions and errors");
}

/**
 * Adds those of a command that shows no progress, but prints what it found. `verbose`: what it prints besides with -v. Where -v
 * and -q have nothing to do they are taken, as people write them out of habit, and are not in the help.
 */
export function withResultOptions(command: Command, verbose?: string): Command {
  const more = new Option("-v, --verbose", verbose ?? "there is no more to show").hideHelp(verbose === undefined);
  const quiet = new Option("-q, --quiet", "there is no progress to leave out").hideHelp();
  return withCommonOptions(command).addOption(more).addOption(quiet);
}

function withCommonOptions(command: Command): Command {
  return command
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("--json", "one JSON object a line on stdout, for programs");
}

/** A whole number between two others, of an option. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
  };
}

/** Adds the options that choose hosts, and how many of them are worked on at once. */
export function withHosts(command: Command, besides = ""): Command {
  return command
    .option("--hosts <names>", `only these hosts: names or patterns such as gpu-*, separated by commas${besides}`)
    .option("--limit <names>", "the same as --hosts")
    .option("--roles <roles>", `only hosts with one of these roles: controlplane, etcd, worker${besides}`)
    .addOption(
      new Option("--concurrency <n>", "work on at most so many hosts at once (default: 50)")
        .argParser(wholeNumber(1, 1000))
        .env("DROVER_CONCURRENCY"),
    )
    .addOption(
      new Option("--wait <seconds>", "wait so long for hosts that do not answer yet, and for another run's lock")
        .argParser(wholeNumber(0, 86_400))
        .env("DROVER_WAIT"),
    );
}

/** Adds the options that narrow a run. */
export function withSelection(command: Command): Command {
  return withHosts(command, "; host stages only").option(
    "--only <stages>",
    "only these stages, or steps such as os/dns, separated by commas",
  );
}

/** Adds the option that lets a command go on though some hosts failed. */
export function withMaxFail(command: Command, what: string): Command {
  return command.option("--max-fail <n>", what, wholeNumber(0, 1000));
}

/** The inventory's path: flag, then environment if it is not empty, then the default in the current folder. */
export function inventoryPath(options: ClusterOptions, context: Context): string {
  return resolve(context.cwd, options.inventory ?? (context.env["DROVER_INVENTORY"] || "inventory.yaml"));
}
