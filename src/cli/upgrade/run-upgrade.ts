import { readFile } from "node:fs/promises";
import { control } from "../../core/cluster.ts";
import { DroverError, SeveralFailed } from "../../core/errors.ts";
import { compareVersions, upgradePath } from "../../engines/rke/day-two/upgrade-path.ts";
import { completedVersion, hopStages, listedVersions, pinnedImages } from "../../engines/rke/day-two/upgrade-stages.ts";
import { readState } from "../../engines/rke/rke-state.ts";
import { type RkeSetup, rkeSetup } from "../../engines/rke/setup.ts";
import type { Deps } from "../../run/deps.ts";
import { up } from "../../run/pipeline.ts";
import { askOne } from "../ask-hosts.ts";
import type { ClusterOptions } from "../options.ts";
import type { RunEnvironment } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";
import { editVersion } from "./edit-version.ts";

/** What `upgrade` understands. */
export interface UpgradeOptions extends ClusterOptions {
  readonly yes?: boolean;
}

/** Where the cluster is and how it gets to where it is wanted. */
export interface Way {
  readonly current: string;
  readonly hops: readonly string[];
  /** All that this rke can make, the newest first. */
  readonly listed: readonly string[];
}

/**
 * Finds the way to a version; to the newest, if undefined.
 * @throws DroverError `upgrade/no-way`, `cluster/absent`, `cluster/state-corrupt`
 */
export async function findWay(setup: RkeSetup, wanted: string | undefined, deps: Deps): Promise<Way> {
  const text = await readFile(setup.paths.state, "utf8").catch(() => "missing");
  if (readState(text).kind === "corrupt") throw corrupt(setup.paths.state);
  const current = completedVersion(text);
  if (current === undefined) throw absent(setup.cluster.name);
  const listed = await askOne(control, listedVersions(setup), deps);
  const pinned = pinnedImages(setup);
  if (pinned.length > 0)
    throw noWay(
      `rke.clusterYml pins images (${pinned.join(", ")}), which win over those of any version`,
      "Remove system_images there first.",
    );
  const path = upgradePath(current, wanted, listed);
  if (path.kind === "none") throw noWay(path.because, path.remedy);
  return { current, hops: path.hops, listed: listed.toSorted(compareVersions).toReversed() };
}

/**
 * Goes the way, hop by hop: the inventory follows each hop that succeeded, so that it always says what runs. Returns how many
 * changes it took; undefined if it was declined.
 * @throws DroverError of the hop that failed, with the way on and the way back
 */
export async function goWay(
  { hops }: Way,
  options: UpgradeOptions,
  environment: RunEnvironment,
  deps: Deps,
): Promise<number | undefined> {
  // What the inventory does not allow of a later version is told before the first.
  for (const version of hops) await editVersion(version, options, environment.context);
  let from = rkeSetup(environment.loaded);
  let changes = 0;
  for (const [index, version] of hops.entries()) {
    const { setup: to, save } = await editVersion(version, options, environment.context);
    const snapshot = snapshotFor(from.version, environment);
    const stages = hopStages({ from, to, snapshot, token: environment.context.randomHex(8) });
    const pipeline = { cluster: to.cluster.name, hosts: to.cluster.hosts, stages };
    const outcome = await up(pipeline, deps, async (forecast) => {
      await showPlan(forecast, options, environment);
      if (index > 0 || options.yes === true) return true;
      const rest = hops.length > 1 ? ` (the way: ${hops.join(", ")})` : "";
      return environment.ask.confirm(`Upgrade from ${from.version} to ${version}${rest}?`, "Pass --yes.");
    }).catch((thrown: unknown) => {
      throw withWays(thrown, snapshot, from.version);
    });
    if (outcome.kind === "declined") return undefined;
    await save();
    changes += outcome.changes;
    from = to;
  }
  return changes;
}

function snapshotFor(version: string, { context }: RunEnvironment): string {
  const stamp = new Date(context.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `before-upgrade-${version}-${stamp}`;
}

/** The failure with what a person can do about the whole of it; a question that nobody could answer is none. */
export function withWays(thrown: unknown, snapshot: string, from: string): unknown {
  if (thrown instanceof SeveralFailed) {
    return new SeveralFailed(thrown.failures.map((failure) => withWay(failure, snapshot, from)));
  }
  const isFailure = thrown instanceof DroverError && thrown.code !== "cli/no-terminal";
  return isFailure ? withWay(thrown, snapshot, from) : thrown;
}

function withWay(error: DroverError, snapshot: string, from: string): DroverError {
  const { code, message, host, step, details, cause } = error;
  const on = "The way on: put that right and run `drover upgrade` again; it goes on from here.";
  const back = `The way back: \`drover etcd restore ${snapshot}\` (if it was taken); the inventory still says ${from}.`;
  return new DroverError(code, message, {
    ...(host === undefined ? {} : { host }),
    ...(step === undefined ? {} : { step }),
    remedy: `${error.remedy} ${on} ${back}`,
    details,
    cause,
  });
}

function noWay(because: string, remedy: string): DroverError {
  return new DroverError("upgrade/no-way", because, { remedy });
}

function absent(name: string): DroverError {
  return new DroverError("cluster/absent", `there is no cluster ${name} that was made from here and completed`, {
    remedy: "`drover up` makes it.",
  });
}

function corrupt(path: string): DroverError {
  return new DroverError("cluster/state-corrupt", `RKE's state ${path} cannot be read`, {
    remedy: "`drover plan` looks at the cluster and at the copies there are, and says which one to put back.",
  });
}
