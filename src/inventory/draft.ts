import { type Path, valueAt } from "./mistake.ts";
import type { InventoryInput } from "./schema/inventory.ts";

type Partially<T> = T extends readonly (infer Item)[]
  ? readonly (Partially<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Partially<T[Key]> | undefined }
    : T;

/**
 * An inventory of which any part may be missing, without defaults: what is left of a file when everything that the
 * schema refused is taken out. So the rules can judge the rest, and all mistakes are told at once.
 */
export type Draft = Partially<InventoryInput>;

/** Whether a key is there with a value that the schema refused: it is given, and what it says is not known. */
export function isRefused<T extends object>(part: T, key: keyof T): boolean {
  return key in part && part[key] === undefined;
}

/** The draft of a parsed file. `refused` are the paths of the schema's issues. List positions stay as they are. */
export function draftOf(value: unknown, refused: readonly Path[]): Draft {
  const copy: unknown = structuredClone(value);
  if (refused.some((path) => path.length === 0)) return {};
  for (const path of refused) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (key !== undefined && typeof parent === "object" && parent !== null) Reflect.set(parent, key, undefined);
  }
  // What remains passed the schema piece by piece: the type states just that.
  return copy as Draft;
}
