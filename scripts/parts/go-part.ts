import { mkdir, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GoRecipe } from "./go-recipes.ts";
import type { Part, Workplace } from "./part.ts";
import { publishedFor } from "./publishers.ts";
import { runLogged } from "./run-logged.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Where the go.mod of a recipe lies. */
export function goFolder({ name }: Pick<GoRecipe, "name">): string {
  return join(repository, "scripts", "parts", "modules", name);
}

/**
 * The arguments of `go build` that write the programs of a recipe into a folder. `-s -w` leaves debug information out of the
 * programs, so the compiler need not make any: that takes a sixth of its time and a quarter of its cache.
 */
export function goBuildArguments(recipe: GoRecipe, into: string): readonly string[] {
  const stamps = Object.entries(recipe.stamps).flatMap(([name, value]) => ["-X", `${name}=${value}`]);
  const linker = recipe.cgo === true ? ["-linkmode", "external", "-extldflags", "-static"] : [];
  const flags = [
    "-trimpath",
    "-gcflags=all=-dwarf=false",
    "-ldflags",
    ["-s", "-w", ...stamps, ...linker].join(" "),
    ...tagsOf(recipe),
  ];
  return ["build", ...flags, "-o", `${into}/`, ...recipe.commands.map((command) => command.package)];
}

function tagsOf({ tags }: GoRecipe): readonly string[] {
  return tags === undefined ? [] : ["-tags", tags.join(",")];
}

/** The name that `go build` gives a program: the last part of its package's path that is not a major version. */
export function goBuildName(path: string): string {
  const last = basename(path);
  return /^v[0-9]+$/.test(last) ? basename(dirname(path)) : last;
}

/** A part that is compiled from Go modules. */
export function goPart(recipe: GoRecipe): Part {
  const published = publishedFor(recipe.name);
  return {
    id: recipe.name,
    version: recipe.version,
    does: `compile ${recipe.name} ${recipe.version}`,
    seconds: recipe.seconds,
    needs: [],
    ingredient: recipe.commands.every((command) => command.file.startsWith("parts/")),
    recipe,
    sources: [goFolder(recipe)],
    ...(published === undefined ? {} : { published }),
    build: (place) => build(recipe, place),
    // listing the packages loads just the modules that the programs use, where `go mod download` would load all
    fetchAhead: (place) => {
      const packages = recipe.commands.map((command) => command.package);
      return go(recipe, place, ["list", "-deps", "-f", "", ...tagsOf(recipe), ...packages], "fetching");
    },
  };
}

async function build(recipe: GoRecipe, place: Workplace): Promise<readonly string[]> {
  const made = join(place.cache.build, "out", recipe.name);
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  await go(recipe, place, goBuildArguments(recipe, made), "compiling");
  for (const command of recipe.commands) {
    const target = join(place.cache.root, command.file);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(made, goBuildName(command.package)), target);
  }
  await rm(made, { recursive: true });
  return recipe.commands.map((command) => command.file);
}

/** Calls go in the folder that pins the recipe's modules; its caches are the parts' own. */
export function go(
  recipe: Pick<GoRecipe, "name" | "version" | "cgo">,
  place: Workplace,
  args: readonly string[],
  verb: string,
): Promise<void> {
  return runLogged({
    file: "go",
    args,
    cwd: goFolder(recipe),
    log: place.log,
    doing: `${verb} ${recipe.name} ${recipe.version}`,
    env: {
      GOMODCACHE: join(place.cache.build, "mod"),
      GOCACHE: join(place.cache.build, "go"),
      GOTOOLCHAIN: "local",
      GOWORK: "off",
      GOFLAGS: `-p=${availableParallelism()} -mod=readonly -modcacherw -buildvcs=false`,
      // A compiler lives for seconds: collecting less saves an eighth of its time, and the limit keeps it small all the same.
      GOGC: "400",
      GOMEMLIMIT: "2GiB",
      CGO_ENABLED: recipe.cgo === undefined ? "0" : "1",
    },
  });
}
