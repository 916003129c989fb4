import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../core/cache-folder.ts";
import type { Cluster, ClusterPaths } from "../core/cluster.ts";
import { loadInventory } from "../inventory/load.ts";
import { createSecretResolver } from "../inventory/secrets.ts";
import { loadTemplates, type Templates } from "../templates/load.ts";
import type { Context } from "./context.ts";
import { boundHeap } from "./heap.ts";
import { type ClusterOptions, inventoryPath } from "./options.ts";
import { clusterPaths } from "./paths.ts";

/** A cluster as its inventory describes it, and all that stages are made from. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
  readonly templates: Templates;
  readonly inventory: string;
}

/**
 * Reads the inventory that the options name. `read` may stand for files that are not written yet.
 * @throws DroverError `inventory/*`
 */
export async function loadCluster(
  options: ClusterOptions,
  context: Context,
  read: (path: string) => Promise<string> = (path) => readFile(path, "utf8"),
): Promise<LoadedCluster> {
  const inventory = inventoryPath(options, context);
  const run = async (command: string): Promise<string> => {
    const { execa } = await import("execa");
    const done = await execa("/bin/sh", ["-c", command], { timeout: 60_000, cwd: context.cwd, stdin: "ignore" });
    return done.stdout;
  };
  const resolveSecret = createSecretResolver({ env: context.env, readFile: read, run });
  const cluster = await loadInventory({
    path: inventory,
    readFile: read,
    listFolder: (path) => readdir(path),
    isThere: existsSync,
    readPublicKey,
    home: context.home,
    localUser: context.operator.split("@")[0] ?? "",
    resolveSecret,
  });
  boundHeap(cluster.hosts.length);
  const templates = loadTemplates(join(context.packageRoot, "templates"));
  return {
    cluster,
    paths: clusterPaths(inventory, cluster.name, cacheFolder(context.env, homedir())),
    templates,
    inventory,
  };
}

function readPublicKey(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
