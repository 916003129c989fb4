import { readFile } from "node:fs/promises";
import { DroverError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { type LoadedCluster, loadCluster } from "./load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "./options.ts";

/** The cluster as the inventory describes it with this text in its place. @throws DroverError as `loadCluster` */
export function loadWith(options: ClusterOptions, context: Context, text: string): Promise<LoadedCluster> {
  const path = inventoryPath(options, context);
  return loadCluster(options, context, (file) => (file === path ? Promise.resolve(text) : readFile(file, "utf8")));
}

/**
 * The same with a text that is not written yet, and whose mistakes are those of what was asked for.
 * @throws DroverError `inventory/invalid` with the mistakes that it would have: without lines, as nobody has that text
 */
export async function loadChanged(options: ClusterOptions, context: Context, text: string): Promise<LoadedCluster> {
  try {
    return await loadWith(options, context, text);
  } catch (thrown) {
    throw thrown instanceof DroverError && thrown.code === "inventory/invalid" ? wouldBe(thrown) : thrown;
  }
}

function wouldBe(error: DroverError): DroverError {
  return new DroverError("inventory/invalid", error.message.replace(/ has (?=\d+ mistakes?$)/, " would have "), {
    remedy: "Nothing was changed. Give other values; inventory.example.yaml explains every key.",
    details: error.details.map((line) => line.replace(/^.*?:\d+:\d+:? /, "")),
    cause: error,
  });
}
