import { existsSync } from "node:fs";
import type { CheckId } from "../checks/check.ts";
import { needsAttention } from "../checks/results.ts";
import type { Emit } from "../core/events.ts";
import type { Plan } from "../core/plan.ts";
import type { Deps } from "../run/deps.ts";
import type { Session } from "../run/session.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { type Checked, checkSessions, emitChecks, refuseBlocking } from "./run-checks.ts";

/** What `up` is about to do, and on whose wish what is left out. */
export interface Inspection {
  readonly forecast: Plan;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly skipped: ReadonlySet<CheckId>;
  readonly loaded: LoadedCluster;
}

/**
 * The checks before `up`: of the hosts that would be changed, and between all of them while there is no cluster yet.
 * A run with nothing to do, or with changes to the cluster's addons alone, costs no host a question more.
 * @throws SeveralFailed of `check/blocking`
 */
export async function inspectHosts({ forecast, sessions, skipped, loaded }: Inspection, deps: Deps): Promise<void> {
  const { cluster, paths } = loaded;
  const changed = new Set(
    forecast.hostPlans
      .filter(({ decided }) => decided.some(({ decision }) => decision.kind !== "ok"))
      .map(({ host }) => host.name),
  );
  const built = existsSync(paths.state);
  const hosts = cluster.hosts.filter(({ name }) => sessions.has(name) && (!built || changed.has(name)));
  if (hosts.length === 0) return;
  const checked = await checkSessions({ cluster, paths, hosts, mesh: !built }, sessions, deps);
  emitChecks(checked, skipped, deps.emit);
  tellWarnings(checked, skipped, deps.emit);
  refuseBlocking(checked, skipped);
}

/** One line for all warnings: `drover check` tells them at length. */
function tellWarnings({ results }: Checked, skipped: ReadonlySet<CheckId>, emit: Emit): void {
  const open = results.filter((one) => needsAttention(one) && one.severity === "warning" && !skipped.has(one.check));
  const ids = [...new Set(open.map(({ check }) => check))];
  if (ids.length === 0) return;
  emit({ kind: "note", level: "warning", message: `drover check warns of ${ids.join(", ")}` });
}
