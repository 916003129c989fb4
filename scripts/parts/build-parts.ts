import { mkdir, rm } from "node:fs/promises";
import { askPublishers, type Offers, offersLine } from "./ask-publishers.ts";
import { takeLock } from "./build-lock.ts";
import { type CacheFolders, cacheFolders } from "./cache.ts";
import { catalog, everydayParts } from "./catalog.ts";
import { aboutLong } from "./estimate.ts";
import { makeAll } from "./make-all.ts";
import { completeParts, readManifest } from "./manifest.ts";
import type { Part } from "./part.ts";
import { partsToMake } from "./parts-to-make.ts";
import { type Progress, progressLine, readProgress } from "./progress.ts";
import { recipeHashes } from "./recipe-hash.ts";
import { assertPartsCanBeMade, requireBuildTools, requireRegistry } from "./requirements.ts";

/** What `buildParts` is told. */
export interface BuildOptions {
  /** The root of the cache. */
  readonly cache: string;
  readonly say: (line: string) => void;
  /** Called about every second while something is made. */
  readonly onProgress?: (progress: Progress) => void;
  /** Keep source modules and compiled packages: faster when a recipe is being changed, and some 14 GB. */
  readonly keepBuild?: boolean;
  /** Also what `npm run test:full` alone needs. */
  readonly full?: boolean;
  /** Ask no publisher: build everything. */
  readonly buildAll?: boolean;
}

/**
 * Sees to it that every part that is asked for is in the cache and intact: checks all, makes what is missing, damaged or
 * made by another recipe. Each finished part is written down at once, so a run that was killed goes on where it was.
 * While another process is at it, waits for it and says how far it is.
 * @throws DroverError `parts/build-failed`, or `lab/unsupported` where parts cannot be made
 */
export async function buildParts(options: BuildOptions): Promise<void> {
  const folders = cacheFolders(options.cache);
  await mkdir(folders.root, { recursive: true });
  await using _lock = await takeLock(folders.lock, sayOthersProgress(folders, options.say));
  await rm(folders.progress, { force: true }); // a run that was killed has left it
  const began = Date.now();
  const parts = options.full === true ? catalog : everydayParts;
  const recipes = await recipeHashes(parts);
  const asked = parts.filter((part) => !part.ingredient);
  const missing = await missingParts(asked, folders, recipes);
  const there = `${asked.length - missing.length} of ${asked.length} parts are there and intact`;
  options.say(`${there} (looked for ${aboutLong((Date.now() - began) / 1000)})`);
  if (missing.length > 0) await makeMissing(options, parts, folders, recipes);
  if (options.keepBuild !== true) await rm(folders.build, { recursive: true, force: true });
}

/** Of the parts that the cluster asks for those that are not there. Ingredients are none: they only matter if one is built. */
async function missingParts(
  asked: readonly Part[],
  folders: CacheFolders,
  recipes: ReadonlyMap<string, string>,
): Promise<readonly Part[]> {
  const manifest = await readManifest(folders.manifest);
  const known = Object.fromEntries(Object.entries(manifest).filter(([id]) => asked.some((part) => part.id === id)));
  const complete = await completeParts(folders.root, known, recipes);
  return asked.filter((part) => !complete.has(part.id));
}

async function makeMissing(
  options: BuildOptions,
  parts: readonly Part[],
  folders: CacheFolders,
  recipes: ReadonlyMap<string, string>,
): Promise<void> {
  assertPartsCanBeMade();
  await requireRegistry(options.say);
  const manifest = await readManifest(folders.manifest);
  const complete = await completeParts(folders.root, manifest, recipes);
  const offers = await offersFor(options, parts, complete);
  const began = Date.now();
  const count = await makeAll(
    {
      parts,
      folders,
      recipes,
      complete,
      offers,
      keepBuild: options.keepBuild === true,
      say: options.say,
      onProgress: options.onProgress ?? (() => undefined),
      requireTools: () => requireBuildTools(options.say),
    },
    manifest,
  );
  await rm(folders.progress, { force: true });
  options.say(`all ${count} parts made in ${aboutLong((Date.now() - began) / 1000)}`);
}

async function offersFor(
  options: BuildOptions,
  parts: readonly Part[],
  complete: ReadonlySet<string>,
): Promise<Offers> {
  if (options.buildAll === true) return new Map();
  const wanted = partsToMake(parts, { complete, fetchable: new Set() });
  const offers = await askPublishers(wanted);
  options.say(offersLine(wanted, offers));
  return offers;
}

/** Says how far the other process is, each time that it has come to another part. */
function sayOthersProgress(folders: CacheFolders, say: (line: string) => void): () => Promise<void> {
  let said: string | undefined;
  return async () => {
    const progress = await readProgress(folders.progress);
    const part = progress?.part ?? "";
    if (part === said) return;
    said = part;
    const line = progress === undefined ? "it is checking" : progressLine(progress, new Date());
    say(`another process is making parts: ${line}`);
  };
}
