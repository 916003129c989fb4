import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { askPublishers } from "../../scripts/parts/ask-publishers.ts";
import { keepWithinRoom } from "../../scripts/parts/build-space.ts";
import { cacheFolders } from "../../scripts/parts/cache.ts";
import { sha256 } from "../../scripts/parts/checksum.ts";
import { makeAll } from "../../scripts/parts/make-all.ts";
import { readManifest } from "../../scripts/parts/manifest.ts";
import type { Part } from "../../scripts/parts/part.ts";
import type { Progress } from "../../scripts/parts/progress.ts";
import { testFolder } from "../test-folder.ts";
import { type Answer, type PublisherDouble, publisherDouble } from "../unit/support/publisher-double.ts";

// The whole way from publishers to the manifest, with a double of the publishers and parts that are built of one line.
let root = "";
beforeEach(() => {
  root = testFolder("make-all");
});

/** What happened in one making. */
interface Made {
  readonly count: number;
  readonly built: readonly string[];
  readonly said: readonly string[];
  readonly asked: readonly string[];
  readonly progress: readonly Progress[];
}

const partOf = (id: string, built: string[], more: Partial<Part> = {}): Part => ({
  id,
  version: "v1",
  does: `compile ${id}`,
  seconds: 100,
  needs: [],
  ingredient: false,
  recipe: {},
  sources: [],
  async build({ cache }) {
    built.push(id);
    await mkdir(join(cache.root, "bin"), { recursive: true });
    await writeFile(join(cache.root, "bin", id), `built ${id}`);
    return [`bin/${id}`];
  },
  ...more,
});

const publishedAt = (publisher: PublisherDouble, id: string, member?: string): Partial<Part> => ({
  published: {
    kind: "file",
    url: `${publisher.url}/${id}`,
    checksums: `${publisher.url}/${id}.sha256`,
    file: `bin/${id}`,
    ...(member === undefined ? {} : { member }),
  },
});

/** Makes source -> rke and helm, where the two are published by a double that answers so. */
async function made(answers: Readonly<Record<string, readonly Answer[]>>, member?: string): Promise<Made> {
  await using publisher = await publisherDouble(answers);
  const [built, said, progress]: [string[], string[], Progress[]] = [[], [], []];
  const parts = [
    partOf("source", built, { ingredient: true }),
    partOf("rke", built, { needs: ["source"], ...publishedAt(publisher, "rke", member) }),
    partOf("helm", built, { needs: ["source"], ...publishedAt(publisher, "helm") }),
  ];
  const count = await makeAll(
    {
      parts,
      folders: cacheFolders(root),
      recipes: new Map(parts.map(({ id }) => [id, `recipe of ${id}`])),
      complete: new Set(),
      offers: await askPublishers(parts),
      keepBuild: false,
      say: (line) => said.push(line),
      onProgress: (now) => progress.push(now),
      requireTools: async () => void said.push("tools"),
    },
    {},
  );
  return { count, built, said, asked: publisher.asked, progress };
}

const manifest = () => readManifest(cacheFolders(root).manifest);
const program = (id: string) => readFile(join(root, "bin", id), "utf8");
const file = (body: string | Buffer): Readonly<Record<"file" | "sum", readonly Answer[]>> => ({
  file: [{ body }],
  sum: [{ body: createHash("sha256").update(body).digest("hex"), type: "text/plain" }],
});
const rke = file("ready-made rke");
const helm = file("ready-made helm");

describe("making parts", () => {
  it("takes what publishers have, builds nothing, needs no Go, and writes down the source", async () => {
    const { count, built, said } = await made({
      "/rke": rke.file,
      "/rke.sha256": rke.sum,
      "/helm": helm.file,
      "/helm.sha256": helm.sum,
    });
    expect([count, built]).toEqual([2, []]);
    expect(said).not.toContain("tools");
    expect(await program("rke")).toBe("ready-made rke");
    expect((await stat(join(root, "bin", "rke"))).mode & 0o777).toBe(0o755);
    const { rke: entry } = await manifest();
    expect(entry?.files).toEqual({ "bin/rke": sha256("ready-made rke") });
    expect(entry?.source).toEqual({ url: expect.stringMatching(/\/rke$/), sha256: sha256("ready-made rke") });
  });

  it("builds all, ingredients first, where no publisher answers, and says no source", async () => {
    const { built, said } = await made({});
    expect(built).toEqual(["source", "rke", "helm"]);
    expect(said).toContain("tools");
    expect((await manifest())["rke"]?.source).toBeUndefined();
  });

  it("builds a part whose file has another checksum, with its ingredients, and still fetches the next", async () => {
    const answers = {
      "/rke": [{ body: "evil" }],
      "/rke.sha256": rke.sum,
      "/helm": helm.file,
      "/helm.sha256": helm.sum,
    };
    const { count, built, said } = await made(answers);
    expect([count, built]).toEqual([3, ["source", "rke"]]);
    expect(said.join("\n")).toMatch(
      /rke v1 cannot be had from 127.0.0.1:\d+ \(it has another checksum .*it is built instead/,
    );
    expect(await program("rke")).toBe("built rke");
    expect(await program("helm")).toBe("ready-made helm");
  });

  it("goes on in the middle of a cut download", async () => {
    const keptIn = join(cacheFolders(root).fetched, sha256("ready-made rke").slice(0, 12), "rke.part");
    const first = { body: "ready-made rke", cutAfter: { bytes: 5, keptIn } };
    const cut = { "/rke": [first, ...rke.file], "/rke.sha256": rke.sum };
    const { asked } = await made({ ...cut, "/helm": helm.file, "/helm.sha256": helm.sum });
    expect(asked).toContain("/rke bytes=5-");
    expect(await program("rke")).toBe("ready-made rke");
  });

  it("takes the one program out of an archive, and builds where it is not in it", async () => {
    await mkdir(join(root, "archive", "linux-amd64"), { recursive: true });
    await writeFile(join(root, "archive", "linux-amd64", "rke"), "packed rke");
    const archive = file(execFileSync("tar", ["-czf", "-", "-C", join(root, "archive"), "linux-amd64"]));
    const answers = { "/rke": archive.file, "/rke.sha256": archive.sum };
    await made(answers, "linux-amd64/rke");
    expect(await program("rke")).toBe("packed rke");
    const { said } = await made(answers, "linux-amd64/other");
    expect(said.join("\n")).toContain("linux-amd64/other: Not found in archive");
    expect(await program("rke")).toBe("built rke");
  });

  it("counts what is done and what is ahead, also after falling back", async () => {
    const answers = { "/rke": [{ status: 404 }], "/rke.sha256": rke.sum, "/helm": helm.file, "/helm.sha256": helm.sum };
    const { progress } = await made(answers);
    expect(progress.map(({ part, does, index, total }) => [part, does.split(" ")[0], index, total])).toEqual([
      ["rke", "fetch", 1, 2],
      ["source", "compile", 1, 3],
      ["rke", "compile", 2, 3],
      ["helm", "fetch", 3, 3],
    ]);
  });

  it("does not ask a publisher again that was lost in the middle", async () => {
    const answers = { "/rke": [{ body: "ready-made rke", status: 503 }], "/rke.sha256": rke.sum };
    const { built, asked } = await made({ ...answers, "/helm": helm.file, "/helm.sha256": helm.sum });
    expect(built).toEqual(["source", "rke", "helm"]);
    expect(asked).not.toContain("/helm");
  });
});

describe("the room for building", () => {
  const folders = () => cacheFolders(root);
  const fill = async (path: string, mib: number) => {
    await mkdir(dirname(join(folders().build, path)), { recursive: true });
    await writeFile(join(folders().build, path), Buffer.alloc(mib * 1024 * 1024));
  };
  const there = (path: string) =>
    stat(join(folders().build, path)).then(
      () => true,
      () => false,
    );

  it("is made by letting go source modules above the limit; compiled packages stay", async () => {
    await fill("mod/source.zip", 3);
    await fill("go/package.a", 2);
    await keepWithinRoom(folders(), 8);
    expect(await there("mod/source.zip")).toBe(true);
    await keepWithinRoom(folders(), 5);
    expect([await there("mod/source.zip"), await there("go/package.a")]).toEqual([false, true]);
  });

  it("is enough where nothing was built yet", async () => {
    await keepWithinRoom(folders(), 1);
  });
});
