import { control, type Host } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { engineOf } from "../../engines/engines.ts";
import { nodeProbe } from "../../engines/rke/day-two/drain-step.ts";
import { hasKubelet } from "../../engines/rke/day-two/node-parts.ts";
import type { Deps } from "../../run/deps.ts";
import { up } from "../../run/pipeline.ts";
import { askOne } from "../ask-hosts.ts";
import type { Context } from "../context.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { fullPipeline } from "../stages.ts";
import { withJoining } from "./joining.ts";
import { refuseLastOfRole } from "./last-of-role.ts";
import { drainOptions, type RemoveOptions, removeOne } from "./remove.ts";

/**
 * Takes a node out and makes it anew under its name and address: the machine there was installed anew or exchanged. To RKE it
 * would be the node it knows, and to etcd a member that lost its memory. Says whether it was agreed to.
 * @throws DroverError `node/same-machine`, `cluster/last-of-role`
 */
export async function replaceNode(
  name: string,
  options: RemoveOptions,
  context: Context,
  report: Report,
): Promise<boolean> {
  const drain = drainOptions(options);
  const environment = await prepareRun(options, context);
  const { loaded } = environment;
  const { cluster, paths, templates } = loaded;
  refuseLastOfRole(cluster, [name]);
  return recordRun({ command: "node replace", report, ...environment }, async (deps) => {
    const host = cluster.hosts.find((other) => other.name === name);
    if (host === undefined) return { value: false, outcome: "failed", changes: 0 };
    if (options.force !== true) await refuseSameMachine(loaded, host, deps);
    const staying = { ...cluster, hosts: cluster.hosts.filter((other) => other !== host) };
    // A machine that is new has nothing to be cleaned up, and its pods are gone: force lets go what is written of them.
    const leaving = {
      host,
      clean: options.force === true,
      drain: { ...drain, force: true, gone: options.force !== true },
    };
    const removed = await removeOne(staying, leaving, { environment, options, deps }, async () =>
      options.yes === true ? true : environment.ask.confirm(`Replace ${name}?`, "Pass --yes."),
    );
    if (removed === undefined) return { value: false, outcome: "cancelled", changes: 0 };
    const whole = withJoining(fullPipeline(cluster, paths, templates), [host], engineOf(cluster));
    const outcome = await up(whole, deps, async (forecast) => {
      await showPlan(forecast, options, environment);
      return true;
    });
    return { value: true, outcome: "changed", changes: removed + outcome.changes };
  });
}

/**
 * Keeps a node from being made anew on the machine that it is: its data would be lost for nothing.
 * @throws DroverError `node/same-machine`, and `ssh/*` where the new machine cannot be asked
 */
export async function refuseSameMachine({ cluster, paths }: LoadedCluster, host: Host, deps: Deps): Promise<void> {
  const node = await askOne(control, nodeProbe({ cluster, paths }, host), deps);
  if (node === undefined || node === "absent") return;
  const machine = await askOne(host, hasKubelet, deps);
  if (machine === false) return;
  const why = machine ? "its kubelet is there" : "its Docker does not answer, but is there";
  throw new DroverError("node/same-machine", `${host.name} is still the machine that became this node: ${why}`, {
    host: host.name,
    remedy: "To take it out: `drover node remove`. To begin with it anew all the same: --force.",
  });
}
