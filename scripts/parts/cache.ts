import { homedir } from "node:os";
import { join } from "node:path";

/** Where things are in the cache of parts. */
export interface CacheFolders {
  readonly root: string;
  /** Source modules and compiler cache; only there while parts are made. */
  readonly build: string;
  /** Downloads that are not whole yet; a run that was cut goes on with them. */
  readonly fetched: string;
  readonly logs: string;
  readonly manifest: string;
  readonly progress: string;
  readonly lock: string;
  /** The storage of the image registry. */
  readonly registry: string;
}

/** The root of the cache: DROVER_CACHE, else ~/.cache/drover. */
export function partsCache(env: Readonly<Record<string, string | undefined>>): string {
  return env["DROVER_CACHE"] ?? join(env["HOME"] ?? homedir(), ".cache", "drover");
}

/** The folders below one root. */
export function cacheFolders(root: string): CacheFolders {
  return {
    root,
    build: join(root, "build"),
    fetched: join(root, "build", "fetched"),
    logs: join(root, "logs"),
    manifest: join(root, "parts.json"),
    progress: join(root, "parts-progress.json"),
    lock: join(root, "parts.lock"),
    registry: join(root, "registry"),
  };
}
