import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { fileSha256, sha256 } from "../../scripts/parts/checksum.ts";
import { makePart } from "../../scripts/parts/make-part.ts";
import {
  checksumsOf,
  completeParts,
  type MadePart,
  type Manifest,
  readManifest,
  writeManifest,
} from "../../scripts/parts/manifest.ts";
import type { Part } from "../../scripts/parts/part.ts";
import { partsToMake } from "../../scripts/parts/parts-to-make.ts";
import { type Hashed, recipeHashes } from "../../scripts/parts/recipe-hash.ts";
import { DroverError } from "../../src/core/errors.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "drover-parts-"));
});
afterEach(() => rm(root, { recursive: true }));

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
  const files = async (name: string): Promise<MadePart> => {
    await writeFile(join(root, name), name);
    return { version: "v1", recipe: "r1", seconds: 1, files: { [name]: sha256(name) } };
  };
  const parts = [
    { id: "program", needs: [], onlyForImages: true },
    { id: "other", needs: [], onlyForImages: true },
    { id: "image", needs: ["program"], onlyForImages: false },
  ];
  const recipes = new Map(parts.map((part) => [part.id, "r1"]));
  const todo = async (manifest: Manifest) => (await partsToMake(root, parts, manifest, recipes)).map((part) => part.id);

  it("are none when what a cluster asks for is intact, whatever became of the ingredients", async () => {
    expect(await todo({ image: await files("image") })).toEqual([]);
  });

  it("are the image and its missing ingredients, in order, and no others", async () => {
    expect(await todo({})).toEqual(["program", "image"]);
    expect(await todo({ program: await files("program") })).toEqual(["image"]);
  });

  it("include an ingredient that is damaged when its image is, too", async () => {
    const manifest = { program: await files("program"), image: await files("image") };
    await writeFile(join(root, "program"), "damaged");
    expect(await todo(manifest)).toEqual([]);
    await rm(join(root, "image"));
    expect(await todo(manifest)).toEqual(["program", "image"]);
  });
});

describe("making a part", () => {
  const part = (build: Part["build"]): Part => ({
    ...hashed(),
    onlyForImages: false,
    does: "make a",
    seconds: 1,
    build,
  });
  const said: string[] = [];
  const place = () => ({ cache: cacheFolders(root), log: join(root, "a.log"), say: (line: string) => said.push(line) });
  const failure = new DroverError("parts/build-failed", "fetching failed", { remedy: "again", details: ["no route"] });
  beforeEach(() => {
    said.length = 0;
  });

  it("writes down the checksums of its files", async () => {
    const made = await makePart(
      part(async () => {
        await writeFile(join(root, "x"), "x");
        return ["x"];
      }),
      "r1",
      place(),
    );
    expect(made).toMatchObject({ version: "v1", recipe: "r1", files: { x: sha256("x") } });
  });

  it("is tried once more, and the reason is said", async () => {
    let tries = 0;
    await makePart(
      part(async () => (++tries === 1 ? Promise.reject(failure) : [])),
      "r1",
      place(),
    );
    expect(tries).toBe(2);
    expect(said).toEqual(["fetching failed (no route); trying once more"]);
  });

  it("fails when the second try does, and at once on a defect of ours", async () => {
    let tries = 0;
    const failing = (error: Error) =>
      part(async () => {
        tries++;
        throw error;
      });
    await expect(makePart(failing(failure), "r1", place())).rejects.toBe(failure);
    expect(tries).toBe(2);
    await expect(makePart(failing(new TypeError("bug")), "r1", place())).rejects.toThrow(TypeError);
    expect(tries).toBe(3);
  });

  it("fails when a file that it promised is missing", async () => {
    await expect(
      makePart(
        part(async () => ["x"]),
        "r1",
        place(),
      ),
    ).rejects.toThrow("a was made without x");
  });
});

it("the cache is DROVER_CACHE, else a folder of the home", async () => {
  expect(partsCache({ DROVER_CACHE: "/c", HOME: "/h" })).toBe("/c");
  expect(partsCache({ HOME: "/h" })).toBe("/h/.cache/drover");
  await expect(readFile(cacheFolders(root).manifest)).rejects.toThrow("ENOENT");
});
