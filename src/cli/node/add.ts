import type { Plan } from "../../core/plan.ts";
import { engineOf } from "../../engines/engines.ts";
import { saveInventory } from "../../inventory/write/save.ts";
import { up } from "../../run/pipeline.ts";
import { planQuestion } from "../../view/plan.ts";
import { connectionsFor } from "../connect.ts";
import type { Context } from "../context.ts";
import { inspectHosts } from "../inspect-hosts.ts";
import type { ClusterOptions } from "../options.ts";
import { bodyOf } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { skippedChecks } from "../run-checks.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { fullPipeline } from "../stages.ts";
import { type EditedHosts, editHosts } from "./edit-hosts.ts";
import { withJoining } from "./joining.ts";
import { type NewHostOptions, newHosts } from "./new-hosts.ts";
import { showEdit } from "./show-edit.ts";

/** What `node add` understands. */
export interface AddOptions extends ClusterOptions, NewHostOptions {
  readonly yes?: boolean;
  readonly skipCheck?: readonly string[];
}

/**
 * Adds hosts to the inventory and to the cluster: what `up` does, on what the inventory will say. The inventory is written
 * once the plan is agreed to, so that a run that breaks off is finished by `drover up`. Says whether it was agreed to.
 */
export async function addNodes(
  given: readonly string[],
  options: AddOptions,
  context: Context,
  report: Report,
): Promise<boolean> {
  const added = newHosts(given, options);
  const edited = await editHosts(options, context, (hosts) => [...hosts, ...added]);
  const environment = await asEdited(edited, options, context);
  const names = new Set(added.map(({ name }) => name));
  return bringUp({ command: "node add", edited, names, environment, options, report });
}

/** Everything at hand as for `up`, for an inventory that is not written yet. */
async function asEdited(edited: EditedHosts, options: ClusterOptions, context: Context): Promise<RunEnvironment> {
  const environment = await prepareRun(options, context);
  const { loaded } = edited;
  return { ...environment, loaded, connections: connectionsFor(loaded, context, environment.ask) };
}

interface BringUp {
  readonly command: string;
  readonly edited: EditedHosts;
  /** Of the hosts that are new. */
  readonly names: ReadonlySet<unknown>;
  readonly environment: RunEnvironment;
  readonly options: AddOptions;
  readonly report: Report;
}

async function bringUp({ command, edited, names, environment, options, report }: BringUp): Promise<boolean> {
  const { loaded, context } = environment;
  const skipped = skippedChecks(options.skipCheck);
  const { cluster, paths, templates } = loaded;
  const joining = cluster.hosts.filter(({ name }) => names.has(name));
  const whole = withJoining(fullPipeline(cluster, paths, templates), joining, engineOf(cluster));
  const approve = async (forecast: Plan): Promise<boolean> => {
    await environment.view.end();
    showEdit(edited, options, context);
    await showPlan(forecast, options, environment);
    if (options.yes !== true && !(await environment.ask.confirm(planQuestion(forecast), "Pass --yes."))) return false;
    await saveInventory(edited.path, edited.after, edited.before);
    return true;
  };
  const outcome = await recordRun({ command, report, ...environment }, async (deps) =>
    bodyOf(
      await up(whole, deps, approve, {
        inspect: (forecast, sessions) => inspectHosts({ forecast, sessions, skipped, loaded }, deps),
      }),
    ),
  );
  return outcome.kind !== "declined";
}
