import type { Part } from "./part.ts";

/** What decides whether a part has to be made. */
export type Wanted = Pick<Part, "id" | "needs" | "ingredient" | "published">;

/** What is known when that is decided: what is there and intact, and what can be had ready-made. */
export interface Known {
  readonly complete: ReadonlySet<string>;
  readonly fetchable: ReadonlySet<string>;
}

/**
 * The parts that have to be made, in their order. An ingredient is made only if something is to be built from it: what
 * comes from its publisher needs none.
 */
export function partsToMake<P extends Wanted>(parts: readonly P[], known: Known): readonly P[] {
  const wanted = new Set(parts.filter((part) => !part.ingredient).map((part) => part.id));
  for (const part of [...parts].reverse()) {
    if (!wanted.has(part.id) || known.complete.has(part.id)) continue;
    for (const id of needsOf(part, known.fetchable)) wanted.add(id);
  }
  return parts.filter((part) => wanted.has(part.id) && !known.complete.has(part.id));
}

/** Images are copied by crane. */
function needsOf(part: Wanted, fetchable: ReadonlySet<string>): readonly string[] {
  if (!fetchable.has(part.id)) return part.needs;
  return part.published?.kind === "image" ? ["crane"] : [];
}
