import { join } from "node:path";
import type { Command } from "commander";
import { DroverError } from "../../core/errors.ts";
import { dateAndTime } from "../../view/clock.ts";
import { jsonLine } from "../../view/json-line.ts";
import type { RunRecord } from "../../view/run-record.ts";
import { done, renderRuns } from "../../view/runs.ts";
import { type Context, shapeOf } from "../context.ts";
import { newestRuns } from "../journals.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";
import { runsFolder } from "../paths.ts";

interface RunsOptions extends ClusterOptions {
  readonly last: string;
}

const examples = `
Examples:
  drover runs                  the newest twenty
  drover runs -n 1 --json      the newest one, for a program
  drover logs 4f1c --failed    what failed in the run whose id ends so`;

/** `drover runs`: the journals beside the inventory, newest first. Needs no valid inventory, and reaches no host. */
export function addRuns(program: Command, context: Context): void {
  program
    .command("runs")
    .description("list earlier runs: when, which command, what came of it, how long it took")
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("-n, --last <count>", "so many of the newest", "20")
    .option("--json", "one JSON object, for programs")
    .addHelpText("after", examples)
    .action(async (options: RunsOptions) => {
      const runs = runsFolder(inventoryPath(options, context));
      const records = newestRuns(runs, amountOf(options.last));
      const shape = shapeOf(context);
      const json = () => jsonLine({ v: 1, runs: records.map((one) => recordJson(one, runs)) });
      context.stdout.write(options.json === true ? json() : renderRuns(records, { ...shape, when: dateAndTime }));
    });
}

function recordJson({ id, at, changes, ...record }: RunRecord, runs: string): object {
  return {
    run: id,
    ...record,
    startedAt: new Date(at).toISOString(),
    changes: done(changes).length,
    changedHosts: [...new Set(done(changes).map(({ host }) => host))],
    journal: join(runs, `${id}.jsonl`),
  };
}

function amountOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new DroverError("cli/usage", `--last wants a number of runs, not "${text}"`, { remedy: "For example: -n 5." });
}
