import { readFile } from "node:fs/promises";
import type { Host } from "../../core/cluster.ts";
import { DroverError, SeveralFailed } from "../../core/errors.ts";
import { type Snapshot, snapshotFiles, snapshotName, snapshotsOf } from "../../engines/rke/day-two/snapshot-files.ts";
import { type SnapshotOrigin, snapshotOrigin } from "../../engines/rke/day-two/snapshot-origin.ts";
import { toolsImage } from "../../engines/rke/images.ts";
import { readState } from "../../engines/rke/rke-state.ts";
import type { RkeSetup } from "../../engines/rke/setup.ts";
import type { Deps } from "../../run/deps.ts";
import { askHosts } from "../ask-hosts.ts";
import { restoreLosses } from "./restore-losses.ts";

/** The snapshots on the etcd hosts, and which of these did not answer. */
export interface Found {
  readonly snapshots: readonly Snapshot[];
  readonly answered: readonly Host[];
  /** Names of hosts that did not answer, with the reason. */
  readonly silent: Readonly<Record<string, string>>;
}

/**
 * Asks the etcd hosts which snapshots they have.
 * @throws SeveralFailed if none of them answers
 */
export async function findSnapshots({ cluster }: Pick<RkeSetup, "cluster">, deps: Deps): Promise<Found> {
  const hosts = cluster.hosts.filter(({ roles }) => roles.includes("etcd"));
  const answers = await askHosts(hosts, () => snapshotFiles, deps);
  const failures = answers.flatMap((answer) => (answer.kind === "failed" ? [answer.failure] : []));
  if (failures.length === hosts.length) throw new SeveralFailed(failures);
  const found = answers.flatMap((answer) =>
    answer.kind === "answered" ? [{ host: answer.host, files: answer.value }] : [],
  );
  return {
    snapshots: snapshotsOf(found),
    answered: found.map(({ host }) => host),
    silent: Object.fromEntries(failures.map((failure) => [failure.host ?? "", failure.message])),
  };
}

/**
 * Sees to it that no snapshot is replaced: rke would do so without a word.
 * @throws DroverError `etcd/snapshot-exists`
 */
export function refuseTaken({ snapshots }: Found, name: string): void {
  const taken = snapshots.find((snapshot) => snapshot.name === name);
  if (taken === undefined) return;
  throw new DroverError("etcd/snapshot-exists", `there is a snapshot ${name} already, on ${taken.hosts.join(", ")}`, {
    remedy: "Give another --name, or none.",
  });
}

/**
 * The snapshot that is to be restored, and what it means to do that, line by line.
 * @throws DroverError `etcd/snapshot-missing`, `etcd/snapshot-unfit`
 */
export async function snapshotToRestore(
  setup: RkeSetup,
  given: string,
  deps: Deps,
): Promise<{ readonly snapshot: Snapshot; readonly lost: readonly string[] }> {
  const { snapshots } = await findSnapshots(setup, deps);
  const snapshot = snapshots.find(({ name }) => name === checkedName(given));
  if (snapshot === undefined) throw missing(given, snapshots);
  const origin = await originOf(setup, snapshot, deps);
  const { version } = origin;
  if (version !== undefined && version !== setup.version) throw unfit(given, version, setup.version);
  const { takenAt } = snapshot;
  const authorities = await authoritiesOf(setup);
  return { snapshot, lost: restoreLosses({ takenAt, now: deps.now(), origin, wanted: setup.version, authorities }) };
}

async function originOf(setup: RkeSetup, snapshot: Snapshot, deps: Deps): Promise<SnapshotOrigin> {
  const unknown = { version: undefined, authority: undefined };
  const image = toolsImage(setup.document);
  const holder = setup.cluster.hosts.find(({ name }) => name === snapshot.hosts[0]);
  if (image === undefined || holder === undefined) return unknown;
  const [answer] = await askHosts([holder], () => snapshotOrigin(image, snapshot.name), deps);
  return answer?.kind === "answered" ? answer.value : unknown;
}

async function authoritiesOf({ paths }: RkeSetup): Promise<readonly string[]> {
  const state = readState(await readFile(paths.state, "utf8").catch(() => "missing"));
  return state.kind === "known" ? state.authorities : [];
}

/**
 * A name that a snapshot may have.
 * @throws DroverError `cli/usage`
 */
export function checkedName(given: string): string {
  if (snapshotName.test(given) && !given.endsWith(".zip")) return given;
  throw new DroverError("cli/usage", `"${given}" is no name of a snapshot`, {
    remedy: "Letters, digits and _ . : + - are good, without .zip at the end. drover etcd list shows the names.",
  });
}

function missing(given: string, snapshots: readonly Snapshot[]): DroverError {
  const names = snapshots.slice(0, 10).map(({ name }) => name);
  return new DroverError("etcd/snapshot-missing", `no etcd host has a snapshot ${given}`, {
    remedy:
      names.length === 0
        ? "There is none at all: `drover etcd snapshot` takes one."
        : `There are: ${names.join(", ")}.`,
  });
}

function unfit(given: string, version: string, wanted: string): DroverError {
  return new DroverError(
    "etcd/snapshot-unfit",
    `${given} was taken of Kubernetes ${version}, and the inventory wants ${wanted}`,
    {
      remedy: `Set rke.kubernetesVersion to ${version} in the inventory, restore, then \`drover upgrade\` again.`,
    },
  );
}
