import { DroverError } from "../core/errors.ts";

/** Turns a reference (`env:NAME`, `file:PATH`, `cmd:COMMAND`) into the secret. Throws inventory/secret-unresolved. */
export type ResolveSecret = (reference: string) => Promise<string>;

/** What a resolver needs of the world. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** Runs a line of shell on this machine, without a terminal, and gives what it printed; rejects unless it ended with 0. */
  readonly run: (command: string) => Promise<string>;
}

/** Never with a value, an output or the command, which may hold what it guards. */
function unresolved(message: string, remedy: string, cause?: unknown): DroverError {
  return new DroverError("inventory/secret-unresolved", message, { remedy, cause });
}

function fromEnv(name: string, { env }: SecretSources): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw unresolved(`the variable ${name} is not set`, `Set it: export ${name}=...`);
}

async function fromFile(path: string, { readFile }: SecretSources): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unresolved(`the file ${path} cannot be read`, "Check that it is there and that you may read it.", cause);
  }
}

async function fromCommand(command: string, { run }: SecretSources): Promise<string> {
  try {
    return await run(command);
  } catch {
    // Without the cause: what launches commands writes them, and what they print, into its errors.
    throw unresolved(
      "its command failed",
      "Run the command of this `cmd:` by hand: it must print the secret and end with 0.",
    );
  }
}

/**
 * A resolver over these sources. One line break at the end is not part of a secret: editors and `echo` add it.
 */
export function createSecretResolver(sources: SecretSources): ResolveSecret {
  const kinds = new Map<string, (rest: string, sources: SecretSources) => string | Promise<string>>([
    ["env", fromEnv],
    ["file", fromFile],
    ["cmd", fromCommand],
  ]);
  return async (reference) => {
    const colon = reference.indexOf(":");
    const resolve = colon < 0 ? undefined : kinds.get(reference.slice(0, colon));
    if (resolve === undefined) throw unresolved("this is not a reference", "Use env:NAME, file:PATH or cmd:COMMAND.");
    const secret = (await resolve(reference.slice(colon + 1), sources)).replace(/\r?\n$/, "");
    if (secret === "") throw unresolved("it leads to nothing but an empty text", "Put the secret there.");
    return secret;
  };
}
