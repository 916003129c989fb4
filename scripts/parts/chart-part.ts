import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { go, goFolder } from "./go-part.ts";
import type { ChartRecipe } from "./go-recipes.ts";
import type { Part, Workplace } from "./part.ts";

/** A part that is a chart, or manifests: a folder of the module that the program of the same makers is compiled from. */
export function chartPart(recipe: ChartRecipe): Part {
  return {
    id: `${recipe.what}-${recipe.name}`,
    version: recipe.version,
    does: `take the ${recipe.what} of ${recipe.name} from its module`,
    seconds: 2,
    needs: [],
    ingredient: false,
    recipe: { module: recipe.module, version: recipe.version, folder: recipe.folder },
    sources: [goFolder(recipe.of)],
    build: (place) => build(recipe, place),
  };
}

/** Where go keeps a module: it writes `!n` for N, as some file systems take both for the same. */
export function moduleFolder(place: Workplace, { module, version }: ChartRecipe): string {
  const escaped = module.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  return join(place.cache.build, "mod", `${escaped}@${version}`);
}

async function build(recipe: ChartRecipe, place: Workplace): Promise<readonly string[]> {
  await go(recipe.of, place, ["mod", "download", recipe.module], `fetching the ${recipe.what} of`);
  const target = join(recipe.what === "chart" ? "charts" : recipe.what, recipe.name);
  const whole = join(place.cache.root, target);
  await rm(whole, { recursive: true, force: true });
  await cp(join(moduleFolder(place, recipe), recipe.folder), whole, { recursive: true });
  const entries = await readdir(whole, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(target, join(entry.parentPath, entry.name).slice(whole.length + 1)))
    .sort();
}
