import { access, chmod, copyFile, cp, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { baseLayerFile } from "./debian-part.ts";
import type { ImageRecipe } from "./image-recipes.ts";
import { packLayer, readLayer } from "./layer.ts";
import { describeImage, writeLayout } from "./oci-layout.ts";
import type { Part, Workplace } from "./part.ts";
import { publishedImage } from "./publishers.ts";
import { imageName, registryFiles } from "./registry-files.ts";
import { withRegistry } from "./registry-server.ts";
import { runLogged } from "./run-logged.ts";

const folders = fileURLToPath(new URL("./images/", import.meta.url));

/** A part that is an image in the registry's storage. */
export function imagePart(recipe: ImageRecipe): Part {
  const [, version = ""] = recipe.reference.split(":");
  return {
    id: `image-${recipe.name}`,
    version,
    does: `make the image ${recipe.reference}`,
    seconds: recipe.seconds,
    needs: ["crane", "debian", ...recipe.needs],
    ingredient: false,
    recipe,
    sources: [join(folders, recipe.name)],
    ...(recipe.standIn === true ? {} : { published: publishedImage(recipe.reference) }),
    build: (place) => build(recipe, place),
  };
}

async function build(recipe: ImageRecipe, place: Workplace): Promise<readonly string[]> {
  const work = join(place.cache.build, "images", recipe.name);
  await rm(work, { recursive: true, force: true });
  await fillRoot(recipe, join(work, "root"), place.cache.root);
  const own = await packLayer(join(work, "root"), join(work, "layer.tar.gz"));
  const layers = recipe.base ? [await readLayer(join(place.cache.root, baseLayerFile)), own] : [own];
  const image = describeImage(recipe.config, layers);
  await writeLayout(join(work, "layout"), image, layers);
  await withRegistry(place.cache.registry, work, (address) =>
    runLogged({
      file: join(place.cache.root, "bin", "crane"),
      args: ["push", "--insecure", join(work, "layout"), `${address}/${recipe.reference}`],
      log: place.log,
      doing: `pushing ${recipe.reference}`,
    }),
  );
  await rm(work, { recursive: true });
  const blobs = [image.config.digest, ...layers.map((layer) => layer.digest)];
  const files = registryFiles(imageName(recipe.reference), { manifest: image.manifest.digest, blobs });
  return Object.keys(files).map((file) => join("registry", file));
}

async function fillRoot(recipe: ImageRecipe, root: string, cache: string): Promise<void> {
  await mkdir(root, { recursive: true });
  const plain = join(folders, recipe.name);
  const hasPlain = await access(plain).then(
    () => true,
    () => false,
  );
  if (hasPlain) await cp(plain, root, { recursive: true, mode: 0 });
  for (const [folder, files] of Object.entries(recipe.programs)) {
    await mkdir(join(root, folder), { recursive: true });
    for (const file of files) await installProgram(join(cache, file), join(root, folder, basename(file)));
  }
}

async function installProgram(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}
