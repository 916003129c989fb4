import type { Command } from "commander";
import type { Host } from "../../core/cluster.ts";
import { restoreStages } from "../../engines/rke/day-two/snapshot-restore.ts";
import { saveStages } from "../../engines/rke/day-two/snapshot-save.ts";
import { rkeSetup } from "../../engines/rke/setup.ts";
import { up } from "../../run/pipeline.ts";
import { jsonLine } from "../../view/json-line.ts";
import { renderSnapshots } from "../../view/snapshots.ts";
import { confirmCluster } from "../confirm-cluster.ts";
import { type Context, shapeOf } from "../context.ts";
import { checkedName, findSnapshots, refuseTaken, snapshotToRestore } from "../day-two/snapshots.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions, withResultOptions } from "../options.ts";
import { bodyOf, looked } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";

interface SnapshotOptions extends ClusterOptions {
  readonly name?: string;
}

interface RestoreOptions extends ClusterOptions {
  readonly confirm?: string;
}

const examples = `
Examples:
  drover etcd snapshot                                       named after the time
  drover etcd snapshot --name before-the-upgrade
  drover etcd list
  drover etcd restore before-the-upgrade                     shows what is lost, and asks for the cluster's name

A snapshot is taken on the etcd hosts that answer; where one does not, it is named and the exit code is 1.
A restore wants every host of the inventory to answer: take one that is lost for good out of it before.
A snapshot lies in /opt/rke/etcd-snapshots on every etcd host. It holds all objects and secrets of the cluster, and RKE's
state with its keys: copy it somewhere safe, and keep it secret.`;

/** `drover etcd`: snapshots of the cluster's memory, by RKE's own means. */
export function addEtcd(program: Command, context: Context, report: Report): void {
  const command = program
    .command("etcd")
    .description("snapshots of etcd, the cluster's memory: take, list, restore")
    .addHelpText("after", examples);
  withClusterOptions(command.command("snapshot"))
    .description("take a snapshot on every etcd host that answers")
    .option("--name <name>", "its name (default: drover- and the time)")
    .action((options: SnapshotOptions) => takeSnapshot(options, context, report));
  withResultOptions(command.command("list"))
    .description("the snapshots that the etcd hosts have, the newest first")
    .action((options: ClusterOptions) => listSnapshots(options, context, report));
  withClusterOptions(command.command("restore <snapshot>"))
    .description("make the cluster what a snapshot holds; all that was written since is lost")
    .option("--confirm <name>", "the cluster's name, in place of typing it")
    .action((name: string, options: RestoreOptions) => restore(name, options, context, report));
}

async function takeSnapshot(options: SnapshotOptions, context: Context, report: Report): Promise<void> {
  const stamp = new Date(context.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const name = checkedName(options.name ?? `drover-${stamp}`);
  const environment = await prepareRun(options, context);
  const { cluster } = environment.loaded;
  const stages = saveStages(rkeSetup(environment.loaded), name, context.randomHex(8));
  const { answered, silent } = await recordRun({ command: "etcd snapshot", report, ...environment }, async (deps) => {
    const found = await findSnapshots(environment.loaded, deps);
    refuseTaken(found, name);
    for (const [host, why] of Object.entries(found.silent))
      deps.emit({ kind: "note", level: "warning", host, message: `gets no snapshot: ${why}` });
    const pipeline = { cluster: cluster.name, hosts: found.answered, stages };
    return { ...bodyOf(await up(pipeline, deps, () => Promise.resolve(true))), value: found };
  });
  const lost = Object.keys(silent);
  if (options.json !== true) context.stdout.write(whereItIs(name, answered, lost));
  report.exitCode(lost.length === 0 ? exitCodes.done : exitCodes.failed);
}

function whereItIs(name: string, answered: readonly Host[], lost: readonly string[]): string {
  if (lost.length === 0) return `The snapshot ${name} is on every etcd host.\n`;
  const there = answered.map((host) => host.name).join(", ");
  return `The snapshot ${name} is on ${there}, and not on ${lost.join(", ")}, which could not be reached.\n`;
}

async function listSnapshots(options: ClusterOptions, context: Context, report: Report): Promise<void> {
  const environment = await prepareRun({ ...options, quiet: true }, context);
  const { snapshots, silent } = await recordRun({ command: "etcd list", report, ...environment }, async (deps) => {
    const value = await findSnapshots(environment.loaded, deps);
    return looked(value, Object.keys(value.silent).length === 0);
  });
  const shape = { ...shapeOf(context, context.stdout, 120), now: context.now() };
  context.stdout.write(
    options.json === true ? jsonLine({ v: 1, snapshots, silent }) : renderSnapshots(snapshots, silent, shape),
  );
  report.exitCode(Object.keys(silent).length === 0 ? exitCodes.done : exitCodes.failed);
}

async function restore(given: string, options: RestoreOptions, context: Context, report: Report): Promise<void> {
  checkedName(given);
  const environment = await prepareRun(options, context);
  const { loaded } = environment;
  const setup = rkeSetup(loaded);
  await recordRun({ command: "etcd restore", report, ...environment }, async (deps) => {
    const { snapshot, lost } = await snapshotToRestore(setup, given, deps);
    const stages = restoreStages(setup, { snapshot: snapshot.name, lost, token: context.randomHex(8) });
    const pipeline = { cluster: loaded.cluster.name, hosts: loaded.cluster.hosts, stages };
    const approve = async (forecast: Parameters<typeof showPlan>[0]) => {
      await showPlan(forecast, options, environment);
      return confirmCluster(environment, "The cluster is taken down and made from the snapshot.", options.confirm);
    };
    return bodyOf(await up(pipeline, deps, approve));
  });
  report.exitCode(exitCodes.done);
}
