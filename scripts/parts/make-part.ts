import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../../src/core/errors.ts";
import { again, tryingAgain } from "../../src/lab/again.ts";
import { checksumsOf, type MadePart, type Source } from "./manifest.ts";
import type { Part, Workplace } from "./part.ts";

/** Files that were just made, how long it took in milliseconds, and where they are from if they were not built here. */
export interface FreshFiles {
  readonly files: readonly string[];
  readonly tookMs: number;
  readonly source?: Source;
}

/**
 * Builds one part, with further tries, as it may have failed on the network; what was fetched and compiled is kept for them.
 * @throws DroverError `parts/build-failed` when the last try fails too
 */
export async function buildPart(
  part: Part,
  place: Workplace,
  pause?: (ms: number) => Promise<unknown>,
): Promise<FreshFiles> {
  const started = Date.now();
  await rm(place.log, { force: true });
  const tell = (failure: DroverError, seconds: number) => place.say(tryingAgain(failure, seconds));
  const files = await again(() => part.build(place), tell, pause);
  return { files, tookMs: Date.now() - started };
}

/**
 * What the manifest says of a part that was made: its files with their checksums.
 * @throws DroverError `parts/build-failed` if one of them is not there
 */
export async function madePart(part: Part, recipe: string, fresh: FreshFiles, place: Workplace): Promise<MadePart> {
  const sums = await checksumsOf(place.cache.root, fresh.files);
  const missing = fresh.files.filter((file) => sums[file] === undefined);
  if (missing.length > 0) {
    throw new DroverError("parts/build-failed", `${part.id} was made without ${missing.join(", ")}`, {
      remedy: `Read ${place.log}.`,
      details: missing.map((file) => join(place.cache.root, file)),
    });
  }
  return {
    version: part.version,
    recipe,
    seconds: Math.round(fresh.tookMs / 100) / 10,
    files: Object.fromEntries(fresh.files.map((file) => [file, sums[file] ?? ""])),
    ...(fresh.source === undefined ? {} : { source: fresh.source }),
  };
}
