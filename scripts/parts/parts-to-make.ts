import { completeParts, type Manifest } from "./manifest.ts";
import type { Part } from "./part.ts";

/** What decides whether a part has to be made. */
export type Wanted = Pick<Part, "id" | "needs" | "onlyForImages">;

/**
 * The parts that are missing, damaged or made by another recipe, in their order. Programs that only go into images are
 * looked at only if such an image has to be made: they are half of the cache, and no cluster asks for them.
 */
export async function partsToMake<P extends Wanted>(
  root: string,
  parts: readonly P[],
  manifest: Manifest,
  recipes: ReadonlyMap<string, string>,
): Promise<readonly P[]> {
  const incomplete = async (some: readonly P[]): Promise<readonly P[]> => {
    const ids = new Set(some.map((part) => part.id));
    const known = Object.fromEntries(Object.entries(manifest).filter(([id]) => ids.has(id)));
    const complete = await completeParts(root, known, recipes);
    return some.filter((part) => !complete.has(part.id));
  };
  const lasting = await incomplete(parts.filter((part) => !part.onlyForImages));
  const needed = new Set(lasting.flatMap((part) => part.needs));
  const ingredients = await incomplete(parts.filter((part) => part.onlyForImages && needed.has(part.id)));
  return parts.filter((part) => lasting.includes(part) || ingredients.includes(part));
}
