import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";

/** The texts of the templates folder, by file name. */
export type Templates = ReadonlyMap<string, string>;

/** Reads the templates folder, once and whole, so that everything behind it can be pure. */
export function loadTemplates(folder: string): Templates {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/**
 * The text of one template.
 * @throws DroverError `template/mismatch` if there is none of that name
 */
export function templateText(templates: Templates, name: string): string {
  const text = templates.get(name);
  if (text !== undefined) return text;
  throw new DroverError("template/mismatch", `there is no template "${name}"`, {
    remedy: "The installation of Drover is not whole. Install it again.",
    details: [`there are: ${[...templates.keys()].join(", ")}`],
  });
}
