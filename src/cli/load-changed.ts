import { readFile } from "node:fs/promises";
import { DroverError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { type LoadedCluster, loadCluster } from "./load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "./options.ts";

/**
 * The cluster as the inventory would describe it with this text, which is not written yet.
 * @throws DroverError `inventory/invalid` with the mistakes that it would have: without lines, as nobody has that text
 */
export async function loadChanged(options: ClusterOptions, context: Context, text: string): Promise<LoadedCluster> {
  const path = inventoryPath(options, context);
  const read = (file: string): Promise<string> => (file === path ? Promise.resolve(text) : readFile(file, "utf8"));
  try {
    return await loadCluster(options, context, read);
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
