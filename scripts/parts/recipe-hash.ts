import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256 } from "./checksum.ts";
import type { Part } from "./part.ts";

/** What decides how a part comes out, as far as the hash is concerned. */
export type Hashed = Pick<Part, "id" | "version" | "needs" | "recipe" | "sources">;

/**
 * One hash per part over its recipe, its source files and the hashes of the parts that it needs: a part whose hash is
 * another one has to be made again. Where the repository lies does not matter.
 * @throws RangeError if a part comes before one that it needs
 */
export async function recipeHashes(parts: readonly Hashed[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const part of parts) {
    const needs = part.needs.map((id) => {
      const hash = hashes.get(id);
      if (hash === undefined) throw new RangeError(`${part.id} comes before ${id}, which it needs`);
      return hash;
    });
    const sources = await Promise.all(part.sources.map((source) => sourceText(source)));
    hashes.set(part.id, sha256(JSON.stringify([part.id, part.version, part.recipe, needs, sources])));
  }
  return hashes;
}

/** Names, modes and contents of a file, or of all files below a folder. Nothing at all has a hash, too. */
async function sourceText(path: string): Promise<unknown> {
  const about = await stat(path).catch(() => undefined);
  if (about === undefined) return null;
  if (about.isFile()) return [basename(path), about.mode & 0o111, await readFile(path, "utf8")];
  const names = (await readdir(path)).sort();
  return [basename(path), await Promise.all(names.map((name) => sourceText(join(path, name))))];
}
