import type { Cluster } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { toAddons } from "./addons.ts";
import { checkInventory } from "./check.ts";
import type { Document } from "./document.ts";
import { findSecrets } from "./find-secrets.ts";
import type { SshWorld } from "./hosts/reach.ts";
import { type BasesOf, filePath } from "./paths.ts";
import { readFiles } from "./read-files.ts";
import { toRegistries } from "./registries.ts";
import { toRke } from "./rke.ts";
import type { ResolveSecret } from "./secrets.ts";
import { secretsOf } from "./secrets-of.ts";
import { loadSshConfig } from "./ssh-config/load.ts";
import { toCluster } from "./to-cluster.ts";
import { spotAt } from "./yaml/spots.ts";

/** What loading an inventory needs. */
export interface LoadInventory {
  /** Absolute path of the file. */
  readonly path: string;
  /** Rejects with Node's error codes: ENOENT, EISDIR, EACCES. */
  readonly readFile: (path: string) => Promise<string>;
  /** The names in a folder, for includes of ~/.ssh/config; without it, only single files are included. */
  readonly listFolder?: (path: string) => Promise<readonly string[]>;
  /** Whether a file is there; without it, all that ~/.ssh/config names are. */
  readonly isThere?: (path: string) => boolean;
  /** The text of a public key file, undefined if it cannot be read; without it, none can. */
  readonly readPublicKey?: (path: string) => string | undefined;
  /** The operator's home folder, absolute. */
  readonly home: string;
  /** The operator's name on this machine. */
  readonly localUser?: string;
  readonly resolveSecret: ResolveSecret;
}

const unreadable: Readonly<Record<string, string>> = {
  EISDIR: "is a folder",
  EACCES: "may not be read by you",
  EPERM: "may not be read by you",
};

function readError(path: string, cause: unknown): DroverError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new DroverError("inventory/not-found", `there is no inventory at ${path}`, {
      remedy:
        "Give its path with -i, or make one: `drover init` asks what it needs; inventory.example.yaml explains every key.",
      cause,
    });
  }
  return new DroverError("inventory/unreadable", `${path} ${unreadable[code] ?? `cannot be read (${code})`}`, {
    remedy: "An inventory is a text file that you may read.",
    cause,
  });
}

/** The document with the mistake added, if OpenSSH's settings cannot be read. */
async function readWorld(document: Document, options: LoadInventory): Promise<readonly [Document, SshWorld]> {
  const { home, localUser, readFile, listFolder = async () => [] } = options;
  const at = ["ssh", "config"];
  const spot = spotAt(document.root, at);
  const path = (given: string) => filePath(given, { folder: spot.file.folder, home });
  const loaded = await loadSshConfig(document.value, { path, readFile, listFolder, home });
  const world = { config: loaded.config, home, localUser };
  if (loaded.problem === undefined) return [document, world];
  return [{ ...document, mistakes: [...document.mistakes, { path: at, message: loaded.problem, spot }] }, world];
}

/**
 * Reads an inventory, the files that it extends, what ~/.ssh/config says of its hosts, and everything it refers to.
 * @throws DroverError inventory/not-found, unreadable, not-yaml, invalid (all mistakes as details), secret-unresolved
 */
export async function loadInventory(options: LoadInventory): Promise<Cluster> {
  const { path, readFile, home, resolveSecret, isThere = () => true, readPublicKey = () => undefined } = options;
  const read = await readFiles({ path, readFile, home }).catch((cause: unknown) => {
    throw cause instanceof DroverError ? cause : readError(path, cause);
  });
  const [document, world] = await readWorld(read, options);
  const checked = checkInventory(document, world);
  const { locate } = checked;
  const basesOf: BasesOf = (place) => ({ folder: spotAt(document.root, locate(place)).file.folder, home });
  const secretOf = await findSecrets(secretsOf(checked), { basesOf, locate, resolveSecret });
  const addons = await toAddons(checked.inventory.addons, { basesOf, readFile, resolveSecret });
  const rke = await toRke(checked.inventory.rke, { basesOf, readFile, secretOf });
  const registries = await toRegistries(checked.inventory, { basesOf, readFile, secretOf });
  return toCluster(checked, { registries, rke, addons }, { basesOf, secretOf, isThere, readPublicKey });
}
