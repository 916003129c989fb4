import type { Cluster } from "../core/cluster.ts";
import { asDroverError, DroverError } from "../core/errors.ts";
import { checkInventory } from "./check.ts";
import { secretReference } from "./paths.ts";
import { readFiles } from "./read-files.ts";
import type { Inventory } from "./schema/inventory.ts";
import type { ResolveSecret } from "./secrets.ts";
import { type BasesOf, toCluster } from "./to-cluster.ts";
import { spotAt } from "./yaml/spots.ts";

/** What loading an inventory needs. */
export interface LoadInventory {
  /** Absolute path of the file. */
  readonly path: string;
  /** Rejects with Node's error codes: ENOENT, EISDIR, EACCES. */
  readonly readFile: (path: string) => Promise<string>;
  /** The operator's home folder, absolute. */
  readonly home: string;
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
      remedy: "Give its path with -i, or start one: cp inventory.example.yaml inventory.yaml",
      cause,
    });
  }
  return new DroverError("inventory/unreadable", `${path} ${unreadable[code] ?? `cannot be read (${code})`}`, {
    remedy: "An inventory is a text file that you may read.",
    cause,
  });
}

/** The passwords of all registries, in their order. All are tried, so that all that fail are told at once. */
async function resolvePasswords(
  { registries }: Inventory,
  basesOf: BasesOf,
  resolveSecret: ResolveSecret,
): Promise<readonly (string | undefined)[]> {
  const settled = await Promise.allSettled(
    registries.map(async ({ password }, index) =>
      password === undefined
        ? undefined
        : resolveSecret(secretReference(password, basesOf(["registries", index, "password"]))),
    ),
  );
  const failures = settled.flatMap((result, index) =>
    result.status === "rejected"
      ? [{ place: `registries[${index}].password`, error: asDroverError(result.reason) }]
      : [],
  );
  const [first] = failures;
  if (first === undefined) return settled.map((result) => (result.status === "fulfilled" ? result.value : undefined));
  throw new DroverError(first.error.code, "a password of the inventory could not be found", {
    remedy: first.error.remedy,
    details: failures.map(({ place, error }) => `${place}: ${error.message}`),
    cause: first.error,
  });
}

/**
 * Reads an inventory and everything it refers to.
 * @throws DroverError inventory/not-found, unreadable, not-yaml, invalid (all mistakes as details), secret-unresolved
 */
export async function loadInventory({ path, readFile, home, resolveSecret }: LoadInventory): Promise<Cluster> {
  const document = await readFiles({ path, readFile, home }).catch((cause: unknown) => {
    throw cause instanceof DroverError ? cause : readError(path, cause);
  });
  const { inventory, locate } = checkInventory(document);
  const basesOf: BasesOf = (place) => ({ folder: spotAt(document.root, locate(place)).file.folder, home });
  return toCluster(inventory, basesOf, await resolvePasswords(inventory, basesOf, resolveSecret));
}
