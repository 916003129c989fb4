import { readFile } from "node:fs/promises";
import { DroverError } from "../../core/errors.ts";
import { editInventory, plainInventory } from "../../inventory/write/edit.ts";
import type { Plain } from "../../inventory/write/render.ts";
import { assertWritable } from "../../inventory/write/save.ts";
import type { Context } from "../context.ts";
import { loadChanged } from "../load-changed.ts";
import { type LoadedCluster, loadCluster } from "../load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";

/** An inventory whose hosts are others, checked, and not written yet. */
export interface EditedHosts {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The cluster as the new text describes it. */
  readonly loaded: LoadedCluster;
}

/**
 * Changes the list of hosts in the inventory's text, comments and everything else kept, and makes sure that the result is a
 * good inventory in which exactly `names` are the hosts and nothing else changed.
 * @throws DroverError `inventory/*` with the mistakes that it would have; `inventory/not-editable`
 */
export async function editHosts(
  options: ClusterOptions,
  context: Context,
  change: (hosts: readonly Plain[]) => readonly Plain[],
): Promise<EditedHosts> {
  const path = inventoryPath(options, context);
  await assertWritable(path);
  const old = await loadCluster(options, context);
  const before = await readFile(path, "utf8");
  const value = plainInventory(before);
  if (!Array.isArray(value["hosts"])) throw byHand("the hosts come from a file that it extends");
  const after = editInventory(before, { ...value, hosts: change(value["hosts"]) }, new Map());
  const loaded = await loadChanged(options, context, after);
  if (rest(old) !== rest(loaded)) throw byHand("something else would change with it");
  return { path, before, after, loaded };
}

/** All but the hosts. */
function rest({ cluster }: LoadedCluster): string {
  return JSON.stringify({ ...cluster, hosts: [] });
}

/** The hosts of the list without those of these names. */
export function without(names: readonly string[]): (hosts: readonly Plain[]) => readonly Plain[] {
  return (hosts) => {
    const missing = names.filter((name) => !hosts.some((host) => host["name"] === name));
    if (missing.length > 0) throw byHand(`${missing.join(", ")} is one of a range, such as gpu-[01-16]`);
    return hosts.filter((host) => !names.includes(String(host["name"])));
  };
}

function byHand(why: string): DroverError {
  return new DroverError(
    "inventory/not-editable",
    `the hosts of this inventory cannot be edited by a program: ${why}`,
    {
      remedy:
        "Edit them by hand; `drover plan` shows what would come of it. Where a range is in the way, write its hosts out.",
    },
  );
}
