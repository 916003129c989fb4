import { DroverError } from "../core/errors.ts";
import { draftOf } from "./draft.ts";
import { explainIssue } from "./explain.ts";
import { type Mistake, pathText } from "./mistake.ts";
import { rules } from "./rules/rules.ts";
import { type Inventory, inventorySchema } from "./schema/inventory.ts";
import { placeOf } from "./yaml/line-column.ts";
import { readYaml, type YamlFile } from "./yaml/read-yaml.ts";

/** Bytes. An inventory of 1,000 hosts is a fifth of it. */
const maxBytes = 1024 * 1024;

const remedy = "Correct these lines; inventory.example.yaml explains every key.";

function oneMistake(file: string, message: string): DroverError {
  return new DroverError("inventory/invalid", `${file} ${message}`, {
    remedy: "Start from inventory.example.yaml, which explains every key.",
  });
}

/** All mistakes as lines `inventory.yaml:12:5 hosts[1].roles: ...`, in the order of the file. */
function describe(file: string, source: string, yaml: YamlFile, mistakes: readonly Mistake[]): readonly string[] {
  return mistakes
    .map((mistake) => ({ ...mistake, place: placeOf(source, yaml.spots.offsetOf(mistake.path)) }))
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ path, message, place }) => {
      const where = `${file}:${place.line}:${place.column}`;
      return path.length === 0 ? `${where}: ${message}` : `${where} ${pathText(path)}: ${message}`;
    });
}

/**
 * Reads an inventory's text; `file` is its name in messages. References to secrets stay references.
 * @throws DroverError inventory/not-yaml, or inventory/invalid with every mistake of schema and rules as a detail
 */
export function parseInventory(source: string, file: string): Inventory {
  if (source.length > maxBytes || new TextEncoder().encode(source).length > maxBytes) {
    throw oneMistake(file, "is larger than 1 MiB, which no inventory of up to 1,000 hosts is");
  }
  const yaml = readYaml(source, file);
  if (yaml === undefined || yaml.value === null) throw oneMistake(file, "is empty");
  const parsed = inventorySchema.safeParse(yaml.value);
  const issues = parsed.error?.issues ?? [];
  const refused = issues.filter((issue) => issue.code !== "unrecognized_keys");
  const draft = draftOf(
    yaml.value,
    refused.map((issue) => issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))),
  );
  const mistakes = [
    ...yaml.spots.mistakes,
    ...issues.flatMap((issue) => explainIssue(issue, yaml.value)),
    ...rules.flatMap((rule) => rule(draft)),
  ];
  if (parsed.success && mistakes.length === 0) return parsed.data;
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  throw new DroverError("inventory/invalid", `${file} has ${count}`, {
    remedy,
    details: describe(file, source, yaml, mistakes),
  });
}
