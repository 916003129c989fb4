import type { Cluster, Host } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { hasKubelet } from "../../engines/rke/day-two/node-parts.ts";
import { hostsConcerned, type Leaving, removeNodeStages } from "../../engines/rke/day-two/remove-node.ts";
import { saveInventory } from "../../inventory/write/save.ts";
import type { Deps } from "../../run/deps.ts";
import { up } from "../../run/pipeline.ts";
import { askHosts } from "../ask-hosts.ts";
import type { Context } from "../context.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import type { ClusterOptions } from "../options.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun, type RunEnvironment } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { editHosts, without } from "./edit-hosts.ts";
import { refuseLastOfRole } from "./last-of-role.ts";
import { showEdit } from "./show-edit.ts";

/** What every way of taking a node out understands. */
export interface RemoveOptions extends ClusterOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  /** Minutes. */
  readonly timeout: string;
}

/**
 * Takes hosts out of the cluster, one after the other, then out of the inventory. Says whether that was agreed to. If one
 * cannot go, those before it have gone, and the inventory still names all: run again, it goes on.
 */
export async function removeNodes(
  names: readonly string[],
  options: RemoveOptions,
  context: Context,
  report: Report,
): Promise<boolean> {
  const drain = drainOptions(options);
  const environment = await prepareRun(options, context);
  const { cluster } = environment.loaded;
  refuseLastOfRole(cluster, names);
  const edited = await editHosts(options, context, without(names));
  const leaving = cluster.hosts.filter(({ name }) => names.includes(name));
  const agreed = await recordRun({ command: "node remove", report, ...environment }, async (deps) => {
    const reachable = await whoAnswers(leaving, deps);
    let changes = 0;
    let staying: readonly Host[] = cluster.hosts;
    for (const [index, host] of leaving.entries()) {
      staying = staying.filter((other) => other !== host);
      const one: Leaving = { host, clean: reachable.has(host.name), drain };
      const place = { environment, options, deps };
      const done = await removeOne({ ...cluster, hosts: staying }, one, place, async () => {
        if (index > 0) return true;
        showEdit(edited, options, context);
        if (options.yes === true) return true;
        const others =
          leaving.length > 1
            ? `, then ${leaving
                .slice(1)
                .map(({ name }) => name)
                .join(", ")} in the same way`
            : "";
        return environment.ask.confirm(`Remove ${host.name} from the cluster${others}?`, "Pass --yes.");
      });
      if (done === undefined) return { value: false, outcome: "cancelled", changes: 0 };
      changes += done;
    }
    return { value: true, outcome: "changed", changes };
  });
  if (!agreed) return false;
  await saveInventory(edited.path, edited.after, edited.before);
  if (options.json !== true) context.stdout.write(`${names.join(", ")} is out of the cluster and of ${edited.path}.\n`);
  return true;
}

/** What a removal works with. */
interface Removal {
  readonly environment: RunEnvironment;
  readonly options: ClusterOptions;
  readonly deps: Deps;
}

/** How many changes it took; undefined if that was not wanted. Shows the plan first. */
export async function removeOne(
  cluster: Cluster,
  leaving: Leaving,
  { environment, options, deps }: Removal,
  approve: () => Promise<boolean>,
): Promise<number | undefined> {
  const { loaded } = environment;
  const input: LoadedCluster = { ...loaded, cluster };
  const stages = removeNodeStages(input, leaving);
  const pipeline = { cluster: cluster.name, hosts: hostsConcerned(cluster, leaving), stages };
  const outcome = await up(pipeline, deps, async (forecast) => {
    await showPlan(forecast, options, environment);
    return approve();
  });
  return outcome.kind === "declined" ? undefined : outcome.changes;
}

/**
 * The minutes that pods get, and whether those go that nobody makes again.
 * @throws DroverError `cli/usage`
 */
export function drainOptions({ force, timeout }: RemoveOptions): Leaving["drain"] {
  const minutes = Number(timeout);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440) return { force: force === true, minutes };
  throw new DroverError("cli/usage", `--timeout ${timeout} is no number of minutes`, {
    remedy: "Give 1 to 1440.",
  });
}

async function whoAnswers(hosts: readonly Host[], deps: Deps): Promise<ReadonlySet<string>> {
  const answers = await askHosts(hosts, () => hasKubelet, deps);
  for (const answer of answers) {
    if (answer.kind === "answered") continue;
    const message = `${answer.host.name} does not answer: it leaves the cluster, and nothing is cleaned up on it`;
    deps.emit({ kind: "note", level: "warning", message });
  }
  return new Set(answers.flatMap((answer) => (answer.kind === "answered" ? [answer.host.name] : [])));
}
