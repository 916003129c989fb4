import { rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../src/lab/command.ts";
import type { CacheFolders } from "./cache.ts";

/** Above this, source modules are let go between parts: 12 GB may be used in all, and one part adds at most 3. */
const roomGb = 8;

/** Keeps the build folder below 12 GB. Modules are fetched again where needed; compiled packages stay. */
export async function keepWithinRoom(cache: CacheFolders): Promise<void> {
  const kilobytes = Number((await command("du", ["-sk", cache.build])).split("\t")[0]);
  if (kilobytes < roomGb * 1024 * 1024) return;
  await rm(join(cache.build, "mod"), { recursive: true, force: true });
}
