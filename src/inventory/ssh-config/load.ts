import { valueAt } from "../mistake.ts";
import { defaultSshConfig } from "../schema/ssh.ts";
import { readSshConfig, type SshConfig, type SshConfigSources } from "./read.ts";

/** OpenSSH's settings, or what keeps them from being read; the problem continues "ssh.config: ". */
export interface LoadedSshConfig {
  readonly config: SshConfig;
  readonly problem: string | undefined;
}

/** Where they are read from. */
export interface LoadSshConfig extends SshConfigSources {
  /** A path of the inventory, made absolute. */
  readonly path: (given: string) => string;
}

const missing = new Set(["ENOENT", "ENOTDIR"]);

/** Reads the file that an inventory's `ssh.config` names. That of the home folder may be missing; `none` names no file. */
export async function loadSshConfig(inventory: unknown, sources: LoadSshConfig): Promise<LoadedSshConfig> {
  const given = valueAt(inventory, ["ssh", "config"]);
  if (given === "none" || (given !== undefined && typeof given !== "string")) return { config: [], problem: undefined };
  const file = sources.path(given ?? defaultSshConfig);
  try {
    return { config: await readSshConfig(file, sources), problem: undefined };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
    if (code !== undefined && missing.has(code) && given === undefined) return { config: [], problem: undefined };
    if (code === undefined) return { config: [], problem: cause instanceof Error ? cause.message : String(cause) };
    return { config: [], problem: missing.has(code) ? `there is no file ${file}` : `${file} cannot be read (${code})` };
  }
}
