import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "./build-lock.ts";
import { keepWithinRoom } from "./build-space.ts";
import { type CacheFolders, cacheFolders } from "./cache.ts";
import { catalog } from "./catalog.ts";
import { aboutLong, secondsLeft, type Taken } from "./estimate.ts";
import { makePart } from "./make-part.ts";
import { type Manifest, readManifest, writeManifest } from "./manifest.ts";
import type { Part } from "./part.ts";
import { partsToMake } from "./parts-to-make.ts";
import { type Progress, progressLine, readProgress, writeProgress } from "./progress.ts";
import { recipeHashes } from "./recipe-hash.ts";
import { requireTools } from "./requirements.ts";

/** What `buildParts` is told. */
export interface BuildOptions {
  /** The root of the cache. */
  readonly cache: string;
  readonly say: (line: string) => void;
  /** Called about every second while something is made. */
  readonly onProgress?: (progress: Progress) => void;
  /** Keep source modules and compiled packages: faster when a recipe is being changed, and some 14 GB. */
  readonly keepBuild?: boolean;
}

/** One run: what it was told, and what it knows so far. */
interface Run extends BuildOptions {
  readonly folders: CacheFolders;
  readonly recipes: ReadonlyMap<string, string>;
  readonly todo: readonly Part[];
  readonly startedAt: Date;
  readonly done: Taken[];
}

/**
 * Sees to it that every part of the catalog is in the cache and intact: checks all, makes what is missing, damaged or
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
  const recipes = await recipeHashes(catalog);
  const manifest = await readManifest(folders.manifest);
  const todo = await partsToMake(folders.root, catalog, manifest, recipes);
  const there = `${catalog.length - todo.length} of ${catalog.length} parts are there and intact`;
  options.say(`${there} (looked for ${aboutLong((Date.now() - began) / 1000)})`);
  if (todo.length > 0) {
    await requireTools(options.say);
    await makeAll({ ...options, folders, recipes, todo, startedAt: new Date(), done: [] }, manifest);
  }
  if (options.keepBuild !== true) await rm(folders.build, { recursive: true, force: true });
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

async function makeAll(run: Run, known: Manifest): Promise<void> {
  let manifest = known;
  let fetching: Promise<void> = Promise.resolve();
  for (const [index, part] of run.todo.entries()) {
    await fetching;
    if (run.keepBuild !== true && part.fetchAhead !== undefined) await keepWithinRoom(run.folders);
    fetching = fetchAhead(run, run.todo[index + 1]);
    using _ticker = showProgress(run, part, index);
    const made = await makePart(part, run.recipes.get(part.id) ?? "", workplace(run, part));
    manifest = { ...manifest, [part.id]: made };
    await writeManifest(run.folders.manifest, manifest);
    run.done.push({ weight: part.seconds, took: made.seconds });
  }
  await rm(run.folders.progress, { force: true });
  run.say(`all ${run.todo.length} parts made in ${aboutLong((Date.now() - run.startedAt.getTime()) / 1000)}`);
}

/** The network is idle while the processor compiles: fetch the next part's modules then. If that fails, `build` says why. */
async function fetchAhead(run: Run, next: Part | undefined): Promise<void> {
  if (next?.fetchAhead === undefined) return;
  await next.fetchAhead(workplace(run, next)).catch(() => undefined);
}

function workplace(run: Run, part: Part) {
  return { cache: run.folders, log: join(run.folders.logs, `${part.id}.log`), say: run.say };
}

/** Tells other processes every second, and people at the start of a part and every half minute, how far it is. */
function showProgress(run: Run, part: Part, index: number): Disposable {
  const started = Date.now();
  const state = (): Progress => ({
    part: part.id,
    does: part.does,
    index: index + 1,
    total: run.todo.length,
    startedAt: run.startedAt.toISOString(),
    secondsLeft: secondsLeft({
      done: run.done,
      current: { weight: part.seconds, elapsed: (Date.now() - started) / 1000 },
      ahead: run.todo.slice(index + 1).map((later) => later.seconds),
    }),
  });
  const tell = () => {
    const now = state();
    run.onProgress?.(now);
    void writeProgress(run.folders.progress, now).catch(() => undefined);
  };
  const say = () => run.say(progressLine(state(), new Date()));
  say();
  tell();
  const timers = [setInterval(tell, 1000), setInterval(say, 30_000)];
  return { [Symbol.dispose]: () => timers.forEach(clearInterval) };
}
