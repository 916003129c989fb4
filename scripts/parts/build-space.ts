import { rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../src/lab/command.ts";
import type { CacheFolders } from "./cache.ts";

/** Above this, source modules are let go between parts, in MiB: 12 GB may be used in all, and one part adds at most 4.5. */
const roomMib = 7 * 1024;

/** Keeps the build folder below 12 GB. Modules are fetched again where needed; compiled packages stay. */
export async function keepWithinRoom(cache: CacheFolders, room = roomMib): Promise<void> {
  const mib = Number((await command("du", ["-sm", cache.build]).catch(() => "0")).split("\t")[0]);
  if (mib < room) return;
  await rm(join(cache.build, "mod"), { recursive: true, force: true });
}
