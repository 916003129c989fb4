import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { isMapping } from "../../core/mapping.ts";
import { loadInventory } from "../../inventory/load.ts";
import type { Bases } from "../../inventory/paths.ts";
import type { Plain } from "../../inventory/write/render.ts";
import type { HostAnswer } from "../../wizard/answers.ts";
import { inventoryOf } from "../../wizard/inventory-of.ts";
import type { Context } from "../context.ts";

/** The name that a machine has until it has one. */
const nameless = "machine";

/** Of how an inventory reaches all machines, what no question is about. Secrets are asked for in the interview. */
const ways = ["config", "port", "jump", "timeoutSeconds", "keepAliveSeconds"];

/** An inventory that is edited, as far as it says how this machine is reached. */
function reaching(base: Plain, { name, address }: HostAnswer): Plain {
  const { ssh, hosts } = base;
  const own = (Array.isArray(hosts) ? hosts : []).find(
    (entry: unknown) => isMapping(entry) && (entry["address"] === address || entry["name"] === name),
  );
  const jump = isMapping(own) ? own["jump"] : undefined;
  const open = Object.entries(isMapping(ssh) ? ssh : {}).filter(([key]) => ways.includes(key));
  return {
    version: 1,
    ssh: Object.fromEntries(open.map(([key, value]) => [key, key === "jump" ? withoutSecrets(value) : value])),
    ...(jump === undefined ? {} : { hosts: [{ name: nameless, address, jump: withoutSecrets(jump) }] }),
  };
}

function withoutSecrets(hops: unknown): unknown {
  if (!Array.isArray(hops)) return hops;
  return hops.map((hop: unknown) => (isMapping(hop) && "password" in hop ? { ...hop, password: "ask" } : hop));
}

/**
 * A machine of the interview exactly as the finished inventory will make connections reach it: with what ~/.ssh/config
 * says of it, jump hosts too, and what an inventory that is edited (`base`) says of all.
 * @throws DroverError `inventory/invalid` if what was answered describes none
 */
export async function hostOf(
  answer: HostAnswer,
  user: string,
  context: Pick<Context, "operator">,
  { bases, base }: { readonly bases: Bases; readonly base: Plain },
): Promise<Host> {
  const roles: HostAnswer["roles"] = ["controlplane", "etcd", "worker"];
  const hosts = [{ ...answer, name: nameless, roles, internalAddress: undefined }];
  const text = JSON.stringify(inventoryOf({ name: nameless, user, hosts }, reaching(base, answer)));
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
