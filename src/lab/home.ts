import { mkdir, readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import { labPaths } from "./paths.ts";
import type { LabSettings } from "./settings.ts";

/** Says whose `run` it is: DROVER_LAB may name any folder, / included, and `down` deletes what is a lab's. */
const mark = "drover-lab";

/**
 * Makes the lab's home, or finds it made.
 * @throws DroverError `lab/taken` where the folder has a `hosts` or a `run` that is no lab's
 */
export async function ownHome(lab: LabSettings): Promise<void> {
  await assertOwnHome(lab);
  const { run } = labPaths(lab);
  await mkdir(run, { recursive: true });
  await writeFile(join(run, mark), "");
}

/**
 * Nothing is deleted that is not a lab's.
 * @throws DroverError `lab/taken`
 */
export async function assertOwnHome(lab: LabSettings): Promise<void> {
  const { hosts, run, knownHosts } = labPaths(lab);
  const [ours, older, ...others] = await Promise.all([join(run, mark), knownHosts, hosts, run].map(isThere));
  if (ours || older || !others.includes(true)) return;
  throw new DroverError("lab/taken", `${lab.home} has a folder hosts or run that is not of practice hosts`, {
    remedy: "Give them a folder of their own with DROVER_LAB, or leave it unset for /var/lib/drover-lab.",
  });
}

/** Deletes what is the lab's, the mark at last, and the home if nothing else is in it. */
export async function removeHome(lab: LabSettings): Promise<void> {
  const { hosts, run } = labPaths(lab);
  await rm(hosts, { recursive: true, force: true });
  const inRun = await readdir(run).catch(() => []);
  await Promise.all(
    inRun.filter((name) => name !== mark).map((name) => rm(join(run, name), { recursive: true, force: true })),
  );
  await rm(run, { recursive: true, force: true });
  await rmdir(lab.home).catch(() => undefined);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
