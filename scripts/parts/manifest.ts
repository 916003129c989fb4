import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileChecksums } from "./checksum.ts";

/** Where a part was taken from ready-made, and the sha256 that its publisher gives for it. */
export interface Source {
  readonly url: string;
  readonly sha256: string;
}

/** What was made, and from what. */
export interface MadePart {
  readonly version: string;
  /** The recipe's hash when it was made. */
  readonly recipe: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** Its files, relative to the cache, with their sha256. */
  readonly files: Readonly<Record<string, string>>;
  /** Only there if it was taken from its publisher; else it was built here. */
  readonly source?: Source;
}

/** The content of `parts.json`: all parts that are complete, by id. */
export type Manifest = Readonly<Record<string, MadePart>>;

/** Reads the manifest. One that is missing or unreadable is empty: its parts are then made again. */
export async function readManifest(file: string): Promise<Manifest> {
  try {
    const content: { parts?: Manifest } = JSON.parse(await readFile(file, "utf8"));
    return content.parts ?? {};
  } catch {
    return {};
  }
}

/** Writes the manifest, whole or not at all. */
export async function writeManifest(file: string, parts: Manifest): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, parts }, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Files of a cache with their checksums; a file that is not there has none. */
export async function checksumsOf(
  root: string,
  files: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const sums = await fileChecksums(files.map((file) => join(root, file)));
  return Object.fromEntries(files.map((file) => [file, sums.get(join(root, file))]));
}

/** The ids whose part is complete: made by this recipe, and every file has the checksum that was written down. */
export async function completeParts(
  root: string,
  manifest: Manifest,
  recipes: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  const current = Object.entries(manifest).filter(([id, part]) => recipes.get(id) === part.recipe);
  const sums = await checksumsOf(root, [...new Set(current.flatMap(([, part]) => Object.keys(part.files)))]);
  const intact = current.filter(([, part]) => Object.entries(part.files).every(([file, sum]) => sums[file] === sum));
  return new Set(intact.map(([id]) => id));
}
