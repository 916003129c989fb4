import { DroverError } from "../core/errors.ts";
import type { Mistake } from "./mistake.ts";
import { maxBytes } from "./schema/limits.ts";
import { readYaml } from "./yaml/read-yaml.ts";
import type { SourceFile } from "./yaml/source-file.ts";
import { type Spot, spotAt } from "./yaml/spots.ts";

/** A mistake and where it is. */
export interface LocatedMistake extends Mistake {
  readonly spot: Spot;
}

/** What an inventory says before it is checked: one file, or one with those that it extends. */
export interface Document {
  readonly value: unknown;
  /** Where everything is, each part in its own file. */
  readonly root: Spot;
  /** What is wrong already: keys given twice, files that cannot be extended. */
  readonly mistakes: readonly LocatedMistake[];
}

/** The error for a file that is wrong as a whole. `message` continues its name. */
export function wrongFile(file: string, message: string): DroverError {
  return new DroverError("inventory/invalid", `${file} ${message}`, {
    remedy: "Start from inventory.example.yaml, which explains every key.",
  });
}

/** @throws DroverError `inventory/invalid` for more than 1 MiB, in bytes; `name` is the file's in messages */
export function checkSize(text: string, name: string): void {
  if (text.length > maxBytes || new TextEncoder().encode(text).length > maxBytes) {
    throw wrongFile(name, "is larger than 1 MiB, which no inventory of up to 1,000 hosts is");
  }
}

/**
 * Reads one file.
 * @throws DroverError `inventory/not-yaml`, or `inventory/invalid` if it is empty or larger than 1 MiB
 */
export function readDocument(file: SourceFile): Document {
  checkSize(file.text, file.name);
  const yaml = readYaml(file);
  if (yaml === undefined || yaml.value === null) throw wrongFile(file.name, "is empty");
  const { root, mistakes } = yaml.spots;
  return {
    value: yaml.value,
    root,
    mistakes: mistakes.map((mistake) => ({ ...mistake, spot: spotAt(root, mistake.path) })),
  };
}
