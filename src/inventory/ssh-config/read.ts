import { dirname, join, resolve } from "node:path";
import { type Condition, conditionOf } from "./condition.ts";
import { type Directive, parseSshConfig } from "./parse.ts";
import { matchesOne } from "./patterns.ts";

/** A directive, where it is written, and for whom it counts. */
export interface Rule extends Directive {
  readonly file: string;
  /** What the `Host` or `Match` line above it demands, and those around an Include: each must hold. */
  readonly when: readonly Condition[];
}

/**
 * All that ~/.ssh/config and what it includes say, in order: the first value of a keyword wins. `Host` and `Match` lines are
 * among them, so that a condition is judged where it stands.
 */
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

/** The files that a word of `Include` names: `*` and `?` in its last part, relative to ~/.ssh. */
async function included(word: string, { home, listFolder }: SshConfigSources): Promise<readonly string[]> {
  const path = word.startsWith("~/") ? join(home, word.slice(2)) : resolve(home, ".ssh", word);
  const pattern = path.slice(path.lastIndexOf("/") + 1);
  if (!/[*?]/.test(pattern)) return [path];
  const names = await listFolder(dirname(path)).catch(() => []);
  // As in a shell, a star does not stand for the dot of a hidden file.
  return names
    .filter((name) => matchesOne(pattern, name) && (pattern.startsWith(".") || !name.startsWith(".")))
    .sort()
    .map((name) => join(dirname(path), name));
}

/**
 * Reads an ssh_config file with its includes. Included files that are not there are passed over, as OpenSSH does.
 * @throws what `readFile` throws for the file itself; RangeError for more than 1 MiB or includes 16 deep
 */
export async function readSshConfig(path: string, sources: SshConfigSources): Promise<SshConfig> {
  let size = 0;
  const readOne = async (file: string, around: Rule["when"], depth: number): Promise<SshConfig> => {
    if (depth > maxDepth) throw new RangeError(`${file} is included more than ${maxDepth} deep`);
    const text = await sources.readFile(file);
    size += text.length;
    if (size > maxText) throw new RangeError(`${path} and what it includes are larger than 1 MiB`);
    const rules: Rule[] = [];
    let when = around;
    for (const directive of parseSshConfig(text)) {
      const condition = conditionOf(directive);
      if (condition !== undefined) when = [...around, condition];
      if (directive.keyword !== "include") rules.push({ ...directive, file, when });
      else for (const word of directive.words) rules.push(...(await includeAll(word, when, depth + 1)));
    }
    return rules;
  };
  const includeAll = async (word: string, when: Rule["when"], depth: number): Promise<SshConfig> => {
    const all: Rule[] = [];
    for (const file of await included(word, sources)) {
      const rules = await readOne(file, when, depth).catch((cause: unknown) => {
        if (cause instanceof RangeError) throw cause;
        return [];
      });
      all.push(...rules);
    }
    return all;
  };
  return readOne(path, [], 0);
}
