import { readFile } from "node:fs/promises";
import { isMapping } from "../../core/mapping.ts";
import { type RkeSetup, rkeSetup } from "../../engines/rke/setup.ts";
import { editInventory, plainInventory } from "../../inventory/write/edit.ts";
import { assertWritable, saveInventory } from "../../inventory/write/save.ts";
import type { Context } from "../context.ts";
import { loadChanged } from "../load-changed.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";

/** The inventory with another version, not written yet. */
export interface EditedVersion {
  readonly setup: RkeSetup;
  /** Writes it. */
  readonly save: () => Promise<void>;
}

/**
 * Sets `rke.kubernetesVersion` in the inventory's text, everything else kept.
 * @throws DroverError `inventory/*` with the mistakes that it would have
 */
export async function editVersion(version: string, options: ClusterOptions, context: Context): Promise<EditedVersion> {
  const path = inventoryPath(options, context);
  await assertWritable(path);
  const before = await readFile(path, "utf8");
  const value = plainInventory(before);
  const rke = isMapping(value["rke"]) ? value["rke"] : {};
  const after = editInventory(before, { ...value, rke: { ...rke, kubernetesVersion: version } }, new Map());
  const setup = rkeSetup(await loadChanged(options, context, after));
  return { setup, save: () => saveInventory(path, after, before) };
}
