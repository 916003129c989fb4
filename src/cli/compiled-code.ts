import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cachedDataVersionTag, deserialize, getHeapSpaceStatistics, serialize } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { usualFlags } from "./heap.ts";
import { writePrivately } from "./private-file.ts";

/** What was compiled in an earlier run. */
interface Kept {
  /** All compiled functions that it ended with, in bytes. */
  readonly size: number;
  /** By the name of the file, with the sum of what it was compiled from: V8 itself compares the length alone. */
  readonly files: ReadonlyMap<string, { readonly source: number; readonly code: Buffer }>;
}

/** A longer run has lost what it compiled for its start: V8 drops functions that were not called for long. */
const longestSeconds = 30;
/** So many times as much has to be compiled in a run before it is kept in place of what was there. */
const worthKeeping = 1.05;

/**
 * Loads the files of one folder, each once, with the functions that were compiled in an earlier run.
 * `keep` writes down those of this run, if they are more; a file that cannot be read or written is done without.
 * Node's own compile cache has a file's functions as they are when it is loaded, which is before nearly all of them are
 * called and compiled (docs/adr/0014). A file is CommonJS, as the function that Node makes of it.
 */
export function createLoader(folder: string, keptIn: string) {
  const kept = readKept(keptIn);
  const flags = cachedDataVersionTag();
  const loaded = new Map<string, { exports: unknown }>();
  const scripts = new Map<string, { readonly source: number; readonly script: Script }>();
  const requireOther = createRequire(join(folder, "main.js"));
  let isNew = false;

  const compile = (name: string, filename: string): Script => {
    const bytes = readFileSync(filename);
    const source = crc32(bytes);
    const known = kept.files.get(name);
    const cachedData = known?.source === source ? known.code : undefined;
    const script = new Script(bytes.toString(), { filename, ...(cachedData === undefined ? {} : { cachedData }) });
    // What is loaded under other flags is not taken, and will not be the next time either.
    if (cachedData === undefined || (script.cachedDataRejected === true && cachedDataVersionTag() === flags))
      isNew = true;
    scripts.set(name, { source, script });
    return script;
  };
  const load = (name: string): ReturnType<NodeJS.Require> => {
    const before = loaded.get(name);
    if (before !== undefined) return before.exports;
    const module: { exports: unknown } = { exports: {} };
    loaded.set(name, module);
    const require = (id: string) => (id.startsWith("./") ? load(id.slice(2)) : requireOther(id));
    const filename = join(folder, name);
    compile(name, filename).runInThisContext()(module.exports, require, module, filename, folder);
    return module.exports;
  };
  const keep = (): void => {
    const size = compiledBytes();
    if (!isNew && size <= kept.size * worthKeeping) return;
    if (process.uptime() > longestSeconds) return;
    usualFlags();
    const files = new Map(kept.files);
    for (const [name, { source, script }] of scripts) files.set(name, { source, code: script.createCachedData() });
    writeKept(keptIn, { size, files });
  };
  return { load, keep };
}

/** V8 has functions' code in a space of its own, and little else. Its own statistics of code take 4 ms: they look through the heap. */
function compiledBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "trusted_space")?.space_used_size ?? 0;
}

function readKept(path: string): Kept {
  const nothing: Kept = { size: 0, files: new Map() };
  try {
    // Code of another user, or that another could have written, is not run.
    const { uid, mode } = statSync(path);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return nothing;
    const bytes = readFileSync(path);
    const content = bytes.subarray(4);
    return bytes.readUInt32LE() === crc32(content) ? deserialize(content) : nothing;
  } catch {
    return nothing;
  }
}

function writeKept(path: string, kept: Kept): void {
  const content = serialize(kept);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(content));
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivately(path, Buffer.concat([sum, content]));
  } catch {
    // A full or read-only disk: the next run compiles anew.
  }
}
