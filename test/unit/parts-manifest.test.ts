import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { sha256 } from "../../scripts/parts/checksum.ts";
import { buildPart, madePart } from "../../scripts/parts/make-part.ts";
import {
  checksumsOf,
  completeParts,
  type MadePart,
  readManifest,
  writeManifest,
} from "../../scripts/parts/manifest.ts";
import type { Part } from "../../scripts/parts/part.ts";
import { partsToMake } from "../../scripts/parts/parts-to-make.ts";
import { publishedImage } from "../../scripts/parts/publishers.ts";
import { type Hashed, recipeHashes } from "../../scripts/parts/recipe-hash.ts";
import { DroverError } from "../../src/core/errors.ts";
import { fileSha256 } from "../../src/download/file-checksum.ts";
import { testFolder } from "../test-folder.ts";

let root = "";
beforeEach(() => {
  root = testFolder("parts");
});

const hashed = (over: Partial<Hashed> = {}): Hashed => ({
  id: "a",
  version: "v1",
  needs: [],
  recipe: { flag: 1 },
  sources: [join(root, "source")],
  ...over,
});
const hashOf = async (part: Hashed) => (await recipeHashes([part])).get(part.id);

describe("the hash of a recipe", () => {
  beforeEach(() => writeFile(join(root, "source"), "one"));

  it("stays the same while nothing changes", async () => {
    expect(await hashOf(hashed())).toBe(await hashOf(hashed()));
  });

  it("changes with the version, the recipe and the sources", async () => {
    const before = await hashOf(hashed());
    expect(await hashOf(hashed({ version: "v2" }))).not.toBe(before);
    expect(await hashOf(hashed({ recipe: { flag: 2 } }))).not.toBe(before);
    await writeFile(join(root, "source"), "two");
    expect(await hashOf(hashed())).not.toBe(before);
  });

  it("changes when a file is added to a folder of sources", async () => {
    const before = await hashOf(hashed({ sources: [root] }));
    await writeFile(join(root, "another"), "");
    expect(await hashOf(hashed({ sources: [root] }))).not.toBe(before);
  });

  it("changes with a part that is needed, but not with any other", async () => {
    const image = hashed({ id: "image", needs: ["a"] });
    const before = (await recipeHashes([hashed(), hashed({ id: "b" }), image])).get("image");
    const otherB = (await recipeHashes([hashed(), hashed({ id: "b", version: "v2" }), image])).get("image");
    const otherA = (await recipeHashes([hashed({ version: "v2" }), hashed({ id: "b" }), image])).get("image");
    expect(otherB).toBe(before);
    expect(otherA).not.toBe(before);
  });

  it("cannot be had for a part that comes before what it needs", async () => {
    await expect(recipeHashes([hashed({ needs: ["later"] })])).rejects.toThrow("comes before later");
  });
});

describe("the manifest", () => {
  const recipes = new Map([["a", "r1"]]);
  const made = async (): Promise<MadePart> => {
    await writeFile(join(root, "file"), "content");
    return { version: "v1", recipe: "r1", seconds: 1, files: { file: sha256("content") } };
  };

  it("is read back as it was written", async () => {
    const parts = { a: await made() };
    await writeManifest(join(root, "parts.json"), parts);
    expect(await readManifest(join(root, "parts.json"))).toEqual(parts);
  });

  it("is empty where there is none, or a broken one", async () => {
    expect(await readManifest(join(root, "parts.json"))).toEqual({});
    await writeFile(join(root, "parts.json"), '{"parts": {');
    expect(await readManifest(join(root, "parts.json"))).toEqual({});
  });

  it("counts a part as complete when its recipe and every checksum agree", async () => {
    expect([...(await completeParts(root, { a: await made() }, recipes))]).toEqual(["a"]);
  });

  it("does not count a part whose file was changed or removed", async () => {
    const manifest = { a: await made() };
    await writeFile(join(root, "file"), "c0ntent");
    expect((await completeParts(root, manifest, recipes)).size).toBe(0);
    await rm(join(root, "file"));
    expect((await completeParts(root, manifest, recipes)).size).toBe(0);
  });

  it("does not count a part that was made by another recipe, or that is no part any more", async () => {
    expect((await completeParts(root, { a: { ...(await made()), recipe: "r0" } }, recipes)).size).toBe(0);
    expect((await completeParts(root, { gone: await made() }, recipes)).size).toBe(0);
  });

  it("knows no checksum of a file that is not there", async () => {
    expect(await checksumsOf(root, ["nothing"])).toEqual({ nothing: undefined });
    expect(await fileSha256(join(root, "nothing"))).toBeUndefined();
  });
});

describe("the parts to make", () => {
  const published = publishedImage("rancher/mirrored-pause:3.7");
  const parts = [
    { id: "crane", needs: [], ingredient: false },
    { id: "program", needs: [], ingredient: true },
    { id: "other", needs: [], ingredient: true },
    { id: "image", needs: ["crane", "program"], ingredient: false, published },
  ];
  const todo = (complete: readonly string[], fetchable: readonly string[] = []) =>
    partsToMake(parts, { complete: new Set(complete), fetchable: new Set(fetchable) }).map((part) => part.id);

  it("are none when what a cluster asks for is intact, whatever became of the ingredients", () => {
    expect(todo(["crane", "image"])).toEqual([]);
  });

  it("are the image and its missing ingredients, in order, and no others", () => {
    expect(todo([])).toEqual(["crane", "program", "image"]);
    expect(todo(["crane", "program"])).toEqual(["image"]);
  });

  it("are no ingredients of an image that can be fetched, but for what copies it", () => {
    expect(todo([], ["image"])).toEqual(["crane", "image"]);
    expect(todo(["crane"], ["image"])).toEqual(["image"]);
  });

  it("are the ingredients' own ingredients, too", () => {
    const chain = [
      { id: "debian", needs: [], ingredient: true },
      { id: "kubectl", needs: ["debian"], ingredient: false },
      { id: "image", needs: ["kubectl"], ingredient: false },
    ];
    const ids = (complete: readonly string[]) =>
      partsToMake(chain, { complete: new Set(complete), fetchable: new Set() }).map((part) => part.id);
    expect(ids(["image"])).toEqual(["debian", "kubectl"]);
    expect(ids(["kubectl"])).toEqual(["image"]);
  });
});

describe("building a part", () => {
  const part = (build: Part["build"]): Part => ({ ...hashed(), ingredient: false, does: "make a", seconds: 1, build });
  const said: string[] = [];
  const place = () => ({ cache: cacheFolders(root), log: join(root, "a.log"), say: (line: string) => said.push(line) });
  const failure = new DroverError("parts/build-failed", "fetching failed", { remedy: "again", details: ["no route"] });
  beforeEach(() => {
    said.length = 0;
    paused.length = 0;
  });

  const paused: number[] = [];
  const pause = async (ms: number) => void paused.push(ms);

  it.each([1, 2, 3])(
    "is tried again after %i failures, with longer pauses each time, and the reason is said",
    async (failures) => {
      let tries = 0;
      const fresh = await buildPart(
        part(async () => (++tries <= failures ? Promise.reject(failure) : ["x"])),
        place(),
        pause,
      );
      expect(tries).toBe(failures + 1);
      expect(fresh.files).toEqual(["x"]);
      expect(paused).toEqual([2000, 20_000, 60_000].slice(0, failures));
      expect(said).toEqual(
        [2, 20, 60].slice(0, failures).map((s) => `fetching failed (no route); trying again in ${s} s`),
      );
    },
  );

  it("fails when the fourth try does, and at once on a defect of ours", async () => {
    let tries = 0;
    const failing = (error: Error) =>
      part(async () => {
        tries++;
        throw error;
      });
    await expect(buildPart(failing(failure), place(), pause)).rejects.toBe(failure);
    expect(tries).toBe(4);
    await expect(buildPart(failing(new TypeError("bug")), place(), pause)).rejects.toThrow(TypeError);
    expect(tries).toBe(5);
  });

  it("is written down with the checksums of its files, and with its source if it was not built here", async () => {
    await writeFile(join(root, "x"), "x");
    const about = part(async () => ["x"]);
    const built = await madePart(about, "r1", { files: ["x"], tookMs: 1234 }, place());
    expect(built).toEqual({ version: "v1", recipe: "r1", seconds: 1.2, files: { x: sha256("x") } });
    const source = { url: "https://github.test/x", sha256: "1".repeat(64) };
    expect(await madePart(about, "r1", { files: ["x"], tookMs: 0, source }, place())).toMatchObject({ source });
  });

  it("fails when a file that it promised is missing", async () => {
    const made = madePart(
      part(async () => []),
      "r1",
      { files: ["x"], tookMs: 1 },
      place(),
    );
    await expect(made).rejects.toThrow("a was made without x");
  });
});

it("the cache is DROVER_CACHE, else a folder of the home", async () => {
  expect(partsCache({ DROVER_CACHE: "/c", HOME: "/h" })).toBe("/c");
  expect(partsCache({ HOME: "/h" })).toBe("/h/.cache/drover");
  await expect(readFile(cacheFolders(root).manifest)).rejects.toThrow("ENOENT");
});
