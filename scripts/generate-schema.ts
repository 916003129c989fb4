import { writeFileSync } from "node:fs";
import { checkReportJsonSchema } from "../src/cli/check-json.ts";
import { planFileJsonSchema } from "../src/cli/plan-file/schema.ts";
import { renderJsonSchema } from "../src/inventory/json-schema.ts";
import { checkList } from "./check-list.ts";

const texts = {
  "inventory.schema.json": renderJsonSchema(),
  "check.schema.json": checkReportJsonSchema(),
  "plan.schema.json": planFileJsonSchema(),
  "checks.md": checkList(),
};

for (const [name, text] of Object.entries(texts)) {
  const target = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(target, text);
  console.log(`wrote ${target.pathname}`);
}
