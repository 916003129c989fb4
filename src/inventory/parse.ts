import { checkInventory } from "./check.ts";
import { readDocument } from "./document.ts";
import type { Inventory } from "./schema/inventory.ts";

/**
 * Reads an inventory's text; `file` is its name in messages. References to secrets stay references.
 * @throws DroverError inventory/not-yaml, or inventory/invalid with every mistake of schema and rules as a detail
 */
export function parseInventory(source: string, file: string): Inventory {
  return checkInventory(readDocument({ name: file, folder: "/", text: source })).inventory;
}
