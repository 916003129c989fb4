import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import type { AddonSettings } from "../../core/addons.ts";
import { DroverError } from "../../core/errors.ts";
import { isMapping, type Mapping } from "../../core/mapping.ts";
import { editAddon } from "../../inventory/edit-addons.ts";
import { assertWritable } from "../../inventory/write/save.ts";
import type { Context } from "../context.ts";
import { loadChanged } from "../load-changed.ts";
import { type LoadedCluster, loadCluster } from "../load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";

/** An inventory with one addon changed, checked, and not written yet. */
export interface Edited {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The cluster as the new text describes it. */
  readonly loaded: LoadedCluster;
}

/**
 * What the inventory's own file tells an addon; empty if nothing.
 * @throws DroverError `inventory/*` with what is wrong with the inventory, before anything is asked about the addon
 */
export async function currentSettings(
  options: ClusterOptions,
  context: Context,
  key: keyof AddonSettings,
): Promise<Mapping> {
  const path = inventoryPath(options, context);
  await loadCluster(options, context);
  await assertWritable(path);
  const value: unknown = load(await readFile(path, "utf8"));
  const addons = isMapping(value) ? value["addons"] : undefined;
  const own = isMapping(addons) ? addons[key] : undefined;
  return isMapping(own) ? own : {};
}

/**
 * Edits an addon in the inventory's text, and makes sure that the result is a good inventory in which nothing else changed.
 * @throws DroverError `inventory/*` with the mistakes that it would have; `cli/usage` if Drover cannot edit this file
 */
export async function editInventory(
  options: ClusterOptions,
  context: Context,
  key: keyof AddonSettings,
  wanted: Mapping | undefined,
): Promise<Edited> {
  const path = inventoryPath(options, context);
  const old = await loadCluster(options, context);
  await assertWritable(path);
  const before = await readFile(path, "utf8");
  const after = editAddon(before, key, wanted);
  const loaded = await loadChanged(options, context, after);
  const isThere = loaded.cluster.addons[key] !== undefined;
  if (isThere !== (wanted !== undefined) || withoutAddon(old, key) !== withoutAddon(loaded, key)) throw byHand(key);
  return { path, before, after, loaded };
}

function withoutAddon({ cluster }: LoadedCluster, key: keyof AddonSettings): string {
  return JSON.stringify({ ...cluster, addons: { ...cluster.addons, [key]: undefined } });
}

function byHand(key: string): DroverError {
  return new DroverError(
    "cli/usage",
    `addons.${key} cannot be changed in this inventory without changing something else`,
    {
      remedy: "It may come from a file that the inventory extends, or from an anchor. Edit it by hand.",
    },
  );
}
