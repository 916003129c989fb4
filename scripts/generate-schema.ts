import { writeFileSync } from "node:fs";
import { renderJsonSchema } from "../src/inventory/json-schema.ts";

const target = new URL("../docs/inventory.schema.json", import.meta.url);
writeFileSync(target, renderJsonSchema());
console.log(`wrote ${target.pathname}`);
