import { basename, dirname, relative } from "node:path";
import { DroverError } from "../core/errors.ts";
import { checkSize, type Document, type LocatedMistake, readDocument } from "./document.ts";
import { mergeDocuments } from "./merge-documents.ts";
import { type Path, valueAt } from "./mistake.ts";
import { filePath } from "./paths.ts";
import { spotAt } from "./yaml/spots.ts";

/** What reading an inventory with all that it extends needs. */
export interface ReadFiles {
  /** Absolute path of the inventory. */
  readonly path: string;
  /** Rejects with Node's error codes: ENOENT, EISDIR, EACCES. */
  readonly readFile: (path: string) => Promise<string>;
  /** The operator's home folder, absolute. */
  readonly home: string;
}

/** Files that extend each other deeper than this are a mistake, and nobody could follow them. */
const maxDepth = 8;

interface Extended {
  readonly given: string;
  readonly at: Path;
}

/** What `extends` names: one file or a list. What is not text, the schema refuses. */
function extendsOf(value: unknown): readonly Extended[] {
  const given = valueAt(value, ["extends"]);
  const list = Array.isArray(given) ? given : [given];
  return list.flatMap((one: unknown, index) =>
    typeof one === "string" ? [{ given: one, at: Array.isArray(given) ? ["extends", index] : ["extends"] }] : [],
  );
}

function why(cause: unknown, path: string): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  return code === "ENOENT" || code === "ENOTDIR" ? `there is no file ${path}` : `${path} cannot be read (${code})`;
}

/**
 * Reads an inventory and the files that it extends, the inventory over them, a later file over an earlier.
 * @throws what `readFile` throws for the inventory itself; DroverError `inventory/not-yaml`, or `inventory/invalid` for an
 * empty file or more than 1 MiB in all
 */
export async function readFiles({ path: main, readFile, home }: ReadFiles): Promise<Document> {
  const texts = new Map<string, string>();
  const nameOf = (path: string) => (path === main ? basename(main) : relative(dirname(main), path));

  const read = async (path: string): Promise<string> => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const text = await readFile(path);
    texts.set(path, text);
    checkSize([...texts.values()].join(""), nameOf(path));
    return text;
  };

  const load = async (path: string, text: string, chain: readonly string[]): Promise<Document> => {
    const own = readDocument({ name: nameOf(path), folder: dirname(path), text });
    let base: Document | undefined;
    const mistakes: LocatedMistake[] = [];
    for (const { given, at } of extendsOf(own.value)) {
      const found = await extend(filePath(given, { folder: dirname(path), home }), [...chain, path]);
      if (typeof found === "string") mistakes.push({ path: at, message: found, spot: spotAt(own.root, at) });
      else base = base === undefined ? found : mergeDocuments(base, found);
    }
    const whole = { ...own, mistakes: [...own.mistakes, ...mistakes] };
    return base === undefined ? whole : mergeDocuments(base, whole);
  };

  /** The document of an extended file, or what is wrong with naming it. */
  const extend = async (path: string, chain: readonly string[]): Promise<Document | string> => {
    if (chain.includes(path)) return `${nameOf(path)} extends itself in the end`;
    if (chain.length > maxDepth) return `more than ${maxDepth} files extend each other`;
    const text = await read(path).catch((cause: unknown) => {
      if (cause instanceof DroverError) throw cause;
      return { missing: why(cause, path) };
    });
    return typeof text === "string" ? load(path, text, chain) : text.missing;
  };

  return load(main, await read(main), []);
}
