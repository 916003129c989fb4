import { stat, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { buildParts } from "../../scripts/parts/build-parts.ts";
import { cacheFolders } from "../../scripts/parts/cache.ts";
import { catalog, everydayParts } from "../../scripts/parts/catalog.ts";
import { readManifest, writeManifest } from "../../scripts/parts/manifest.ts";
import type { Part } from "../../scripts/parts/part.ts";
import { recipeHashes } from "../../scripts/parts/recipe-hash.ts";
import { testFolder } from "../test-folder.ts";

// The manifest of each cache here is a double's: it names parts as made, of the right recipe and without files.
let root = "";
beforeEach(() => {
  root = testFolder("build");
});

async function madeBefore(parts: readonly Part[]): Promise<void> {
  const recipes = await recipeHashes(catalog);
  const made = parts.map(
    ({ id, version }) => [id, { version, recipe: recipes.get(id) ?? "", seconds: 1, files: {} }] as const,
  );
  await writeManifest(cacheFolders(root).manifest, Object.fromEntries(made));
}

/** Ingredients are not counted: what is built of them may be there without them. */
const asked = (parts: typeof catalog): number => parts.filter((part) => !part.ingredient).length;

async function said(full: boolean): Promise<string> {
  const lines: string[] = [];
  await buildParts({ cache: root, say: (line) => lines.push(line), full });
  return lines.join("\n");
}

describe.runIf(process.platform === "linux")("making parts where all that is asked for is there", () => {
  it("asks neither for nor after what only the full tests install", async () => {
    await madeBefore(everydayParts);
    const count = asked(everydayParts);
    expect(await said(false)).toMatch(
      new RegExp(`^${count} of ${count} parts are there and intact \\(looked for .*\\)$`),
    );
  });

  it("asks for all of them for the full tests", async () => {
    await madeBefore(catalog);
    expect(await said(true)).toMatch(new RegExp(`^${asked(catalog)} of ${asked(catalog)} parts`));
  });

  it("keeps what was made for the full tests when it is asked for less, of the same recipes", async () => {
    await madeBefore(catalog);
    await said(false);
    expect(Object.keys(await readManifest(cacheFolders(root).manifest))).toHaveLength(catalog.length);
    expect(await said(true)).toMatch(new RegExp(`^${asked(catalog)} of ${asked(catalog)} parts`));
  });

  it("leaves no progress of a run that was killed, and no build folder", async () => {
    await madeBefore(everydayParts);
    await writeFile(cacheFolders(root).progress, "{}");
    await said(false);
    for (const gone of [cacheFolders(root).progress, cacheFolders(root).build])
      await expect(stat(gone)).rejects.toThrow("ENOENT");
  });
});
