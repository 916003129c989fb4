import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { Cluster } from "../../src/core/cluster.ts";
import { loadInventory } from "../../src/inventory/load.ts";

/** The cluster of the practice hosts, which has no secrets. */
export function loadLab(path: string): Promise<Cluster> {
  return loadInventory({
    path,
    readFile: (name) => readFile(name, "utf8"),
    home: homedir(),
    resolveSecret: async () => {
      throw new Error("the practice hosts' inventory has no secrets");
    },
  });
}
