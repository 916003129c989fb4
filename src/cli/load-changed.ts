import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { DroverError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { type LoadedCluster, loadCluster } from "./load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "./options.ts";

/**
 * The cluster as the inventory describes it with this text in its place, which is not written yet.
 * @throws DroverError as `loadCluster`; `inventory/invalid` with the mistakes that the file would have: without lines of its
 * own, as nobody has that text, and with those of the files that it extends
 */
export async function loadChanged(options: ClusterOptions, context: Context, text: string): Promise<LoadedCluster> {
  const path = inventoryPath(options, context);
  try {
    return await loadCluster(options, context, (file) =>
      file === path ? Promise.resolve(text) : readFile(file, "utf8"),
    );
  } catch (thrown) {
    const isMistake = thrown instanceof DroverError && thrown.code === "inventory/invalid";
    throw isMistake ? wouldBe(thrown, basename(path)) : thrown;
  }
}

function wouldBe(error: DroverError, name: string): DroverError {
  return new DroverError("inventory/invalid", error.message.replace(/ has (?=\d+ mistakes?$)/, " would have "), {
    remedy:
      "Nothing was changed. Give other values, or put right what stands against them; inventory.example.yaml explains every key.",
    details: error.details.map((line) => withoutPlace(line, `${name}:`)),
    cause: error,
  });
}

/** `inventory.yaml:12:5 rke.network: ...` without the place in the text. */
function withoutPlace(line: string, file: string): string {
  return line.startsWith(file) ? line.slice(file.length).replace(/^\d+:\d+:? /, "") : line;
}
