import { dirname, join, resolve } from "node:path";
import { type Directive, parseSshConfig } from "./parse.ts";

/** A directive, where it is written, and for whom it counts. */
export interface Rule extends Directive {
  readonly file: string;
  /** The patterns of the `Host` lines above it, of which each must fit: one, and more around an Include. */
  readonly hosts: readonly (readonly string[])[];
}

/** All that ~/.ssh/config and what it includes say, in order: the first value of a keyword wins. */
export type SshConfig = readonly Rule[];

/** What reading needs of the world. */
export interface SshConfigSources {
  /** Rejects with Node's error codes. */
  readonly readFile: (path: string) => Promise<string>;
  /** The names in a folder; rejects with Node's error codes. */
  readonly listFolder: (path: string) => Promise<readonly string[]>;
  /** The operator's home folder, absolute. */
  readonly home: string;
}

/** OpenSSH's own limit (readconf.c, READCONF_MAX_DEPTH). */
const maxDepth = 16;

/** In characters, of all files together. */
const maxText = 1024 * 1024;

/** What stands for a block whose conditions are not ours to evaluate: it fits nobody. */
const nobody: readonly string[] = [];

/** The patterns that a `Host` or `Match` line sets. Of Match, `all` alone: its other conditions ask programs and users. */
function patternsOf({ keyword, words }: Directive): readonly string[] | undefined {
  if (keyword === "host") return words;
  if (keyword !== "match") return undefined;
  return words.length === 1 && words[0]?.toLowerCase() === "all" ? ["*"] : nobody;
}

/** The files that a word of `Include` names: `*` and `?` in its last part, relative to ~/.ssh. */
async function included(word: string, { home, listFolder }: SshConfigSources): Promise<readonly string[]> {
  const path = word.startsWith("~/") ? join(home, word.slice(2)) : resolve(home, ".ssh", word);
  const pattern = path.slice(path.lastIndexOf("/") + 1);
  if (!/[*?]/.test(pattern)) return [path];
  const regex = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll(/\*+/g, ".*")
      .replaceAll("?", ".")}$`,
  );
  const names = await listFolder(dirname(path)).catch(() => []);
  // As in a shell, a star does not stand for the dot of a hidden file.
  return names
    .filter((name) => regex.test(name) && (pattern.startsWith(".") || !name.startsWith(".")))
    .sort()
    .map((name) => join(dirname(path), name));
}

/**
 * Reads an ssh_config file with its includes. Included files that are not there are passed over, as OpenSSH does.
 * @throws what `readFile` throws for the file itself; RangeError for more than 1 MiB or includes 16 deep
 */
export async function readSshConfig(path: string, sources: SshConfigSources): Promise<SshConfig> {
  let size = 0;
  const readOne = async (file: string, around: Rule["hosts"], depth: number): Promise<SshConfig> => {
    if (depth > maxDepth) throw new RangeError(`${file} is included more than ${maxDepth} deep`);
    const text = await sources.readFile(file);
    size += text.length;
    if (size > maxText) throw new RangeError(`${path} and what it includes are larger than 1 MiB`);
    const rules: Rule[] = [];
    let hosts = around;
    for (const directive of parseSshConfig(text)) {
      const patterns = patternsOf(directive);
      if (patterns !== undefined) hosts = [...around, patterns];
      else if (directive.keyword !== "include") rules.push({ ...directive, file, hosts });
      else for (const word of directive.words) rules.push(...(await includeAll(word, hosts, depth + 1)));
    }
    return rules;
  };
  const includeAll = async (word: string, hosts: Rule["hosts"], depth: number): Promise<SshConfig> => {
    const all: Rule[] = [];
    for (const file of await included(word, sources)) {
      const rules = await readOne(file, hosts, depth).catch((cause: unknown) => {
        if (cause instanceof RangeError) throw cause;
        return [];
      });
      all.push(...rules);
    }
    return all;
  };
  return readOne(path, [], 0);
}
