import type { CatalogEntry } from "../../addons/catalog.ts";
import { addonsOf } from "../../addons/registry.ts";
import { removalStages } from "../../addons/remove.ts";
import { DroverError } from "../../core/errors.ts";
import { saveInventory } from "../../inventory/write/save.ts";
import { up } from "../../run/pipeline.ts";
import { renderDiff } from "../../view/diff.ts";
import { jsonLine } from "../../view/json-line.ts";
import { paint } from "../../view/paint.ts";
import { createAsk } from "../ask.ts";
import { type Context, canAsk, wantsColor } from "../context.ts";
import type { ClusterOptions } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { currentSettings, type Edited, editInventory } from "./edit.ts";
import { withSettings } from "./settings.ts";

interface Request {
  readonly entry: CatalogEntry;
  readonly options: ClusterOptions & {
    readonly set?: readonly string[];
    readonly yes?: boolean;
    readonly keep?: boolean;
  };
  readonly context: Context;
}

/** Adds an addon to the inventory, or changes what it is told. Says whether that was agreed to. */
export async function enable(request: Request & { readonly mustBeThere: boolean }): Promise<boolean> {
  const { entry, options, context, mustBeThere } = request;
  const current = await currentSettings(options, context, entry.key);
  if (mustBeThere && Object.keys(current).length === 0 && options.set === undefined) throw nothingToSet(entry);
  const asked = await answers(request, withSettings(current, options.set ?? []));
  const edited = await editInventory(
    options,
    context,
    entry.key,
    withSettings(current, [...(options.set ?? []), ...asked]),
  );
  if (!(await agree(edited, request))) return false;
  await save(edited);
  const was = edited.after === edited.before ? "as it was" : "changed";
  tell(edited, request, `${edited.path} is ${was}. Next: drover up --only addons`);
  return true;
}

/** What is asked for as a list, which people type with and without its brackets. */
const lists: ReadonlySet<string> = new Set(["addresses", "namespaces", "logins"]);

/** What has no default and was not given is asked for, as `key=value`. */
async function answers({ entry, context }: Request, given: object): Promise<readonly string[]> {
  const ask = createAsk(context, () => Promise.resolve());
  const found: string[] = [];
  for (const [key, question] of Object.entries(entry.asks)) {
    if (key in given) continue;
    const typed = await ask.text(`${question}:`, `Pass --set ${key}=...`);
    const isBare = lists.has(key) && !typed.trim().startsWith("[");
    found.push(isBare ? `${key}=[${typed}]` : `${key}=${typed}`);
  }
  return found;
}

/** Removes an addon from the cluster, unless it is to stay there, and from the inventory. Says whether that was agreed to. */
export async function disable(request: Request & { readonly report: Report }): Promise<boolean> {
  const { entry, options, context, report } = request;
  const environment = await prepareRun(options, context);
  const { loaded } = environment;
  const addon = addonsOf(loaded).find(({ key }) => key === entry.key);
  if (addon === undefined) throw notThere(entry);
  // First, so that nothing is removed that something else of the inventory needs.
  const edited = await editInventory(options, context, entry.key, undefined);
  if (options.keep === true) {
    if (!(await agree(edited, request))) return false;
  } else {
    const pipeline = {
      cluster: loaded.cluster.name,
      hosts: loaded.cluster.hosts,
      stages: removalStages(loaded, addon),
    };
    const outcome = await recordRun({ command: "addons disable", report, ...environment }, async (deps) =>
      bodyOf(
        await up(pipeline, deps, async (forecast) => {
          await showPlan(forecast, options, environment);
          return options.yes === true || environment.ask.confirm(`Remove ${entry.key}?`, "Pass --yes.");
        }),
      ),
    );
    if (outcome.kind === "declined") return false;
  }
  await save(edited);
  // Without --keep, programs are told by the run's events.
  if (options.json !== true || options.keep === true)
    tell(edited, request, `addons.${entry.key} is no longer in ${edited.path}.`);
  return true;
}

/** What came of it, for a person in a sentence and for programs as one JSON object. */
function tell({ path, before, after }: Edited, { entry, options, context }: Request, sentence: string): void {
  const json = { v: 1, addon: entry.key, inventory: path, changed: after !== before };
  context.stdout.write(options.json === true ? jsonLine(json) : `${sentence}\n`);
}

function save({ path, before, after }: Edited): Promise<void> {
  return saveInventory(path, after, before);
}

async function agree({ before, after }: Edited, { options, context }: Request): Promise<boolean> {
  const lines = renderDiff(before, after, { paint: paint(wantsColor(context, context.stdout)), limit: 200 });
  if (options.json !== true)
    context.stdout.write(lines.length === 0 ? "Nothing to change.\n" : `${lines.join("\n")}\n`);
  if (options.yes === true || lines.length === 0) return true;
  const ask = createAsk(context, () => Promise.resolve());
  // Without a terminal the command itself is the consent: it names what is to be changed, and touches one file alone.
  return !canAsk(context) || ask.confirm("Change the inventory like this?", "Pass --yes.");
}

function nothingToSet({ key }: CatalogEntry): DroverError {
  return new DroverError("cli/usage", `there is nothing to change about ${key}`, {
    remedy: `Say what: drover addons configure ${key} --set key=value.`,
  });
}

function notThere({ key }: CatalogEntry): DroverError {
  return new DroverError("cli/usage", `${key} is not in the inventory`, {
    remedy: "`drover addons list` shows what is. What the inventory does not name, Drover does not touch.",
  });
}
