import { isMapping, type Mapping } from "../core/mapping.ts";

/**
 * A JSON merge patch (RFC 7396): mappings are merged key by key, null removes a key, everything else, lists too, is
 * replaced as a whole. Keys keep the order of the target; new ones come last.
 */
export function mergePatch(target: Mapping, patch: Mapping): Mapping {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = isMapping(value) ? mergePatch(mappingAt(merged, key), value) : value;
  }
  return merged;
}

function mappingAt(object: Mapping, key: string): Mapping {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isMapping(value) ? value : {};
}
