import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { catalog, everydayParts } from "../../scripts/parts/catalog.ts";
import { imageRecipes, kubernetesVersion } from "../../scripts/parts/image-recipes.ts";
import { checksumsOf, type Manifest, readManifest } from "../../scripts/parts/manifest.ts";
import { olderImages, olderKubernetes } from "../../scripts/parts/older-images.ts";
import { partsToMake } from "../../scripts/parts/parts-to-make.ts";
import { blobFile, imageName, tagFile } from "../../scripts/parts/registry-files.ts";
import { command } from "../../src/lab/command.ts";
import { full } from "./full-tests.ts";

const cache = cacheFolders(partsCache(process.env));
const bin = (name: string) => join(cache.root, "bin", name);

/** Networks, resolvers and ingresses that the practice cluster does not use. */
const notUsed =
  /^(noiro\/|rancher\/(mirrored-calico|calico|mirrored-k8s-dns|nginx-ingress|mirrored-nginx|mirrored-ingress))/;

/** What has to be there: what `npm run test:full` alone installs is made by that alone. */
const asked = full ? catalog : everydayParts;
const images = [...imageRecipes, ...olderImages].filter(({ name }) => asked.some(({ id }) => id === `image-${name}`));

let manifest: Manifest = {};
beforeAll(async () => {
  manifest = await readManifest(cache.manifest);
});

it("every part that is asked for was made, with what it was built from, and every checksum is right", async () => {
  const made = new Set(Object.keys(manifest));
  const known = { complete: made, fetchable: new Set<string>() };
  expect(partsToMake(asked, known).map((part) => part.id)).toEqual([]);
  for (const part of catalog.filter(({ id }) => manifest[id] !== undefined && manifest[id].source === undefined)) {
    expect(part.needs.filter((id) => !made.has(id))).toEqual([]);
  }
  const expected = Object.assign({}, ...Object.values(manifest).map((part) => part.files));
  expect(await checksumsOf(cache.root, Object.keys(expected))).toEqual(expected);
});

describe("the programs of the control machine", () => {
  it("answer with the versions that they were made from", async () => {
    expect(await command(bin("rke"), ["--version"])).toContain("v1.8.1");
    expect(await command(bin("helm"), ["version", "--short"])).toContain("v3.22.0");
    expect(await command(bin("kubectl"), ["version", "--client"])).toContain("v1.32.3");
    expect(await command(bin("crane"), ["version"])).toContain("v0.22.1");
  });
});

describe("the registry's storage", () => {
  it("holds every image that rke needs for flannel, CoreDNS and metrics-server, and of Rancher's others an addon's alone", async () => {
    const lists = [kubernetesVersion, olderKubernetes].map((version) =>
      command(bin("rke"), ["--quiet", "config", "--system-images", "--version", version]),
    );
    const needed = (await Promise.all(lists))
      .flatMap((list) => list.split("\n"))
      .filter((line) => line !== "" && !notUsed.test(line));
    const ours = [...imageRecipes, ...olderImages]
      .map((recipe) => recipe.reference)
      .filter((name) => name.startsWith("rancher/"));
    const ofAddons = ["rancher/local-path-provisioner:v0.0.30"];
    expect([...ours].sort()).toEqual([...new Set([...needed, ...ofAddons])].sort());
  });

  it.each(images.map((recipe) => recipe.reference))("has %s, whole", async (reference) => {
    const storage = (file: string) => readFile(join(cache.registry, file), "utf8");
    const manifestDigest = await storage(tagFile(imageName(reference)));
    const image: { config: { digest: string }; layers: { digest: string; size: number }[] } = JSON.parse(
      await storage(blobFile(manifestDigest)),
    );
    const config = JSON.parse(await storage(blobFile(image.config.digest)));
    expect(config.rootfs.diff_ids).toHaveLength(image.layers.length);
    for (const layer of image.layers) {
      expect((await readFile(join(cache.registry, blobFile(layer.digest)))).length).toBe(layer.size);
    }
  });
});
