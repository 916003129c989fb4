import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DroverError } from "../../core/errors.ts";
import { parseInventory } from "../../inventory/parse.ts";
import { editInventory, plainInventory } from "../../inventory/write/edit.ts";
import { type Comments, exampleComments } from "../../inventory/write/example-comments.ts";
import { type Plain, renderInventory } from "../../inventory/write/render.ts";
import { assertWritable } from "../../inventory/write/save.ts";
import type { Context } from "../context.ts";

/** The inventory that an interview begins with, and how it becomes another. */
export interface InventoryFile {
  readonly path: string;
  /** Undefined: there is none yet. */
  readonly source: string | undefined;
  readonly base: Plain;
  /** The text that says this value: the old one edited, or a new one with the example's explanations. */
  readonly textOf: (value: Plain) => string;
}

async function sourceAt(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new DroverError("inventory/unreadable", `${path} cannot be read`, {
      remedy: "It must be a text file that you may read.",
      cause,
    });
  });
}

function baseOf(path: string, source: string): Plain {
  const base = plainInventory(source);
  if (!Object.hasOwn(base, "extends")) parseInventory(source, basename(path));
  if (!Object.hasOwn(base, "extends")) return base;
  throw new DroverError("inventory/not-editable", `${path} extends other files, and init edits one`, {
    remedy: "Make the changes by hand, in the file that they belong to; drover plan shows what would come of them.",
  });
}

const header = [
  "Written by drover init. inventory.example.yaml explains every key; unknown keys are mistakes.",
  "drover plan shows what would be done with it, and changes nothing.",
];

/**
 * Reads the inventory that is to be made or edited.
 * @throws DroverError `inventory/unwritable` before anything is asked; `inventory/*` if there is one with mistakes
 */
export async function readInventoryFile(path: string, context: Context): Promise<InventoryFile> {
  await assertWritable(path);
  const source = await sourceAt(path);
  const base = source === undefined ? { version: 1 } : baseOf(path, source);
  const example = await readFile(join(context.packageRoot, "inventory.example.yaml"), "utf8");
  const comments: Comments = exampleComments(example);
  const textOf = (value: Plain): string =>
    source === undefined ? renderInventory(value, comments, header) : editInventory(source, value, comments);
  return { path, source, base, textOf };
}
