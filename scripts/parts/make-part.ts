import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../../src/core/errors.ts";
import { checksumsOf, type MadePart } from "./manifest.ts";
import type { Part, Workplace } from "./part.ts";

/**
 * Makes one part, with a second try, as the first may have failed on the network.
 * @throws DroverError `parts/build-failed` when the second try fails too
 */
export async function makePart(part: Part, recipe: string, place: Workplace): Promise<MadePart> {
  const started = Date.now();
  await rm(place.log, { force: true });
  const files = await part.build(place).catch(async (failure: unknown) => {
    if (!(failure instanceof DroverError)) throw failure;
    place.say(`${failure.message} (${failure.details.at(-1) ?? "no output"}); trying once more`);
    return await part.build(place);
  });
  const sums = await checksumsOf(place.cache.root, files);
  const missing = files.filter((file) => sums[file] === undefined);
  if (missing.length > 0) {
    throw new DroverError("parts/build-failed", `${part.id} was made without ${missing.join(", ")}`, {
      remedy: `Read ${place.log}.`,
      details: missing.map((file) => join(place.cache.root, file)),
    });
  }
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  return { version: part.version, recipe, seconds, files: Object.fromEntries(files.map((f) => [f, sums[f] ?? ""])) };
}
