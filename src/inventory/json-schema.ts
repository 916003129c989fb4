import * as z from "zod";
import { type Path, valueAt } from "./mistake.ts";
import { inventorySchema } from "./schema/inventory.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The inventory's JSON Schema, for editors: what people may write, so keys with defaults are optional. */
export function inventoryJsonSchema(): JsonSchema {
  return z.toJSONSchema(inventorySchema, { io: "input", target: "draft-7" });
}

/** Made once: it takes milliseconds, and a file may hold a thousand unknown keys. */
let made: JsonSchema | undefined;

/** The text of docs/inventory.schema.json. */
export function renderJsonSchema(): string {
  return `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`;
}

/** The keys that may stand at a place in the inventory; none where any may. */
export function knownKeys(path: Path): readonly string[] {
  made ??= inventoryJsonSchema();
  let schema: unknown = made;
  for (const part of path) {
    schema =
      typeof part === "number"
        ? valueAt(schema, ["items"])
        : (valueAt(schema, ["properties", part]) ?? valueAt(schema, ["additionalProperties"]));
  }
  return Object.keys(valueAt(schema, ["properties"]) ?? {});
}
