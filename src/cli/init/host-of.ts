import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { loadInventory } from "../../inventory/load.ts";
import type { Bases } from "../../inventory/paths.ts";
import type { HostAnswer } from "../../wizard/answers.ts";
import { inventoryOf } from "../../wizard/inventory-of.ts";
import type { Context } from "../context.ts";

/** The name that a machine has until it has one. */
const nameless = "machine";

/**
 * A machine of the interview exactly as the finished inventory will make connections reach it: with what ~/.ssh/config
 * says of it, jump hosts too.
 * @throws DroverError `inventory/invalid` if what was answered describes none
 */
export async function hostOf(answer: HostAnswer, user: string, context: Context, bases: Bases): Promise<Host> {
  const roles: HostAnswer["roles"] = ["controlplane", "etcd", "worker"];
  const hosts = [{ ...answer, name: nameless, roles, internalAddress: undefined }];
  const text = JSON.stringify(inventoryOf({ name: nameless, user, hosts }));
  const path = join(bases.folder, "inventory.yaml");
  const cluster = await loadInventory({
    path,
    readFile: async (file) => (file === path ? text : readFile(file, "utf8")),
    listFolder: (folder) => readdir(folder),
    isThere: existsSync,
    home: bases.home,
    localUser: context.operator.split("@")[0] ?? "",
    resolveSecret: () => Promise.reject(new Error("an interview refers to no secret")),
  });
  const [host] = cluster.hosts;
  const name = answer.name ?? answer.address;
  if (host !== undefined) return { ...host, name };
  throw new DroverError("inventory/invalid", `${name} is no machine`, { remedy: "Check its address." });
}
