import { isMapping } from "../core/mapping.ts";
import type { Document } from "./document.ts";
import type { Spot } from "./yaml/spots.ts";

/** A part of a document and where it is. */
interface Part {
  readonly value: unknown;
  readonly spot: Spot;
}

/** The part under a key; undefined where there is none. */
function partAt({ value, spot }: Part, key: string): Part | undefined {
  if (!isMapping(value) || !Object.hasOwn(value, key)) return undefined;
  return { value: value[key], spot: spot.children.get(key) ?? spot };
}

function mergeParts(base: Part, over: Part): Part {
  if (!isMapping(base.value) || !isMapping(over.value)) return over;
  const keys = new Set([...Object.keys(base.value), ...Object.keys(over.value)]);
  const merged = [...keys].flatMap((key): readonly (readonly [string, Part])[] => {
    const [below, above] = [partAt(base, key), partAt(over, key)];
    if (below === undefined || above === undefined)
      return [below, above].flatMap((part) => (part ? [[key, part]] : []));
    return above.value === null ? [] : [[key, mergeParts(below, above)]];
  });
  const children = new Map<string | number, Spot>(merged.map(([key, { spot }]) => [key, spot]));
  // From entries, so that a key called __proto__ is a key like any other, and refused later.
  return {
    value: Object.fromEntries(merged.map(([key, { value }]) => [key, value])),
    spot: { ...over.spot, children },
  };
}

/**
 * One document over another, as a JSON merge patch (RFC 7396) does it: mappings are merged key by key, null takes a key
 * away, anything else replaces what was there, lists as a whole. Every part keeps the place where it is written.
 */
export function mergeDocuments(base: Document, over: Document): Document {
  const { value, spot } = mergeParts({ value: base.value, spot: base.root }, { value: over.value, spot: over.root });
  return { value, root: spot, mistakes: [...base.mistakes, ...over.mistakes] };
}
