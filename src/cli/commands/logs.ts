import { type Command, Option } from "commander";
import { DroverError } from "../../core/errors.ts";
import type { Stamped } from "../../core/events.ts";
import { suggest } from "../../inventory/suggest.ts";
import { dateAndTime } from "../../view/clock.ts";
import { renderError } from "../../view/error.ts";
import { noEstimate } from "../../view/estimate.ts";
import { createJson } from "../../view/json.ts";
import { createLines } from "../../view/lines.ts";
import type { Listener } from "../../view/listener.ts";
import { createReplayClock, type ReplayClock, replay } from "../../view/replay.ts";
import { hostsIn, selectEvents } from "../../view/select-events.ts";
import { type Context, shapeOf, wantsColor } from "../context.ts";
import { findRun } from "../journals.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";
import { runsFolder } from "../paths.ts";
import { canDraw, repeat } from "../view-for.ts";

interface LogsOptions extends ClusterOptions {
  readonly host?: string;
  readonly failed?: boolean;
  readonly live?: boolean;
  readonly speed: string;
}

const examples = `
RUN is an id that drover runs lists, or its beginning or end; without it, the newest run.

Examples:
  drover logs                          what the newest run said
  drover logs 4f1c --failed            only what failed, with its last lines and what to do
  drover logs 4f1c --host gpu1 -v      all that happened on one host, with the output of its commands
  drover logs 4f1c --live --speed 20   the terminal as it was, twenty times as fast
  drover logs --json | jq 'select(.kind == "failed")'`;

/** `drover logs`: a journal, told again as lines, as JSON, or as the terminal showed it. */
export function addLogs(program: Command, context: Context): void {
  program
    .command("logs [run]")
    .description("tell an earlier run again, from its journal")
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("--host <name>", "only what concerns this host")
    .option("--failed", "only what failed, and what its step had said")
    .option("-v, --verbose", "also answers, decisions and the output of commands")
    .addOption(new Option("--json", "one JSON object a line, for programs").conflicts("live"))
    .option("--live", "draw it as the terminal showed it")
    .option("--speed <factor>", "with --live: so many times as fast as it was", "10")
    .addHelpText("after", examples)
    .action((run: string | undefined, options: LogsOptions) => showLog(run, options, context));
}

async function showLog(wanted: string | undefined, options: LogsOptions, context: Context): Promise<void> {
  const speed = options.live === true ? speedOf(options.speed) : Number.POSITIVE_INFINITY;
  const { run, events: all } = await findRun(runsFolder(inventoryPath(options, context)), wanted);
  if (options.host !== undefined) refuseUnknown(options.host, hostsIn(all));
  const events = selectEvents(all, options);
  const clock = createReplayClock({
    stopwatch: context.now,
    every: options.live === true ? repeat : () => () => undefined,
  });
  const view = await viewOf(options, context, clock);
  const began = all[0] === undefined ? "of which nothing was written down" : dateAndTime(all[0].at);
  if (options.json !== true) context.stdout.write(`Run ${run}, ${began}\n`);
  // A word about Ctrl-C would be drawn over.
  const undo = context.onFirstInterrupt(() => undefined);
  await replay(events, view, clock, {
    speed,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stopping: context.stopping,
  });
  undo();
  if (options.json !== true) showFailures(events, options, context);
}

/** As the run itself ended: every failure with its last lines and what to do. */
function showFailures(events: readonly Stamped[], { failed, host }: LogsOptions, context: Context): void {
  const failures = events.flatMap((event) => (event.kind === "failed" ? [event.failure] : []));
  if (failures.length === 0) {
    if (failed === true)
      context.stdout.write(`Nothing failed ${host === undefined ? "in this run" : `on ${host} in this run`}.\n`);
    return;
  }
  context.stdout.write(`\n${renderError(failures, { ...shapeOf(context), journal: undefined })}`);
}

async function viewOf(options: LogsOptions, context: Context, clock: ReplayClock): Promise<Listener> {
  const { stdout } = context;
  const write = (text: string): void => {
    stdout.write(text);
  };
  const color = wantsColor(context, stdout);
  if (options.json === true) return createJson({ write });
  const verbose = options.verbose === true || options.failed === true;
  if (options.live === true && stdout.isTTY !== true) {
    throw new DroverError("cli/no-terminal", "--live draws on a terminal, and there is none", {
      remedy: "Leave --live out to get the same as lines.",
    });
  }
  // As the run itself did it where there is no room to draw.
  if (options.live !== true || !canDraw(context))
    return createLines({ write, color, verbose, clock, estimate: noEstimate });
  const { createListr } = await import("../../view/listr.ts");
  return createListr({ stream: stdout, color, clock, estimate: noEstimate });
}

function refuseUnknown(host: string, known: readonly string[]): void {
  if (known.includes(host)) return;
  const meant = suggest(host, known);
  throw new DroverError("cli/usage", `the run knows no host "${host}"`, {
    remedy: meant === undefined ? `It speaks of ${known.join(", ") || "none"}.` : `Did you mean ${meant}?`,
  });
}

function speedOf(text: string): number {
  const factor = Number(text);
  if (Number.isFinite(factor) && factor > 0) return factor;
  throw new DroverError("cli/usage", `--speed wants a number above 0, not "${text}"`, { remedy: "For example: 20." });
}
