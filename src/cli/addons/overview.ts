import { catalog } from "../../addons/catalog.ts";
import { findRelease } from "../../addons/helm-release.ts";
import { type InstalledRelease, installedProbe } from "../../addons/installed.ts";
import { addonsOf } from "../../addons/registry.ts";
import { type Release, sameVersion } from "../../addons/release.ts";
import type { AddonSettings } from "../../core/addons.ts";
import { control } from "../../core/cluster.ts";
import type { Deps } from "../../run/deps.ts";
import { askOne } from "../ask-hosts.ts";
import type { LoadedCluster } from "../load-cluster.ts";

/** An addon, as the inventory and the cluster have it. */
export interface AddonRow {
  readonly key: keyof AddonSettings;
  readonly about: string;
  /** The inventory's version; undefined if it does not ask for the addon. */
  readonly wanted: string | undefined;
  /** What is in the cluster; undefined if nothing is, or if the cluster was not asked. */
  readonly installed: InstalledAddon | undefined;
}

interface InstalledAddon {
  readonly version: string;
  readonly status: string;
  readonly ours: boolean;
  /** Whether that is the inventory's version. */
  readonly asWanted: boolean;
}

/** All addons and what the inventory says of them; nobody is asked. */
export function listAddons({ cluster }: LoadedCluster): readonly AddonRow[] {
  return catalog.map(({ key, about }) => ({ key, about, wanted: cluster.addons[key]?.version, installed: undefined }));
}

/** The addons that the inventory asks for, and what the cluster has of them; undefined if it does not answer. */
export async function addonStatus(loaded: LoadedCluster, deps: Deps): Promise<readonly AddonRow[] | undefined> {
  const releases = await askOne(control, installedProbe(loaded), deps);
  if (releases === undefined) return undefined;
  const addons = addonsOf(loaded);
  return listAddons(loaded).flatMap((row) => {
    const release = addons.find(({ key }) => key === row.key)?.release;
    if (release === undefined) return [];
    const found = findRelease(releases, release);
    return [{ ...row, installed: found && installedAs(found, release) }];
  });
}

/** Whether an addon is in the cluster as the inventory wants it, as far as its release tells. */
export function isWell({ installed }: Pick<AddonRow, "installed">): boolean {
  return installed?.status === "deployed" && installed.ours && installed.asWanted;
}

function installedAs({ version, status, installedFor }: InstalledRelease, wanted: Release): InstalledAddon {
  return { version, status, ours: installedFor !== "", asWanted: sameVersion(version, wanted.version) };
}
