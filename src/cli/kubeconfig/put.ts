import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DroverError } from "../../core/errors.ts";
import { isMapping } from "../../core/mapping.ts";
import { type Entry, fieldsOf } from "../../kubeconfig/entry.ts";
import { conflictIn, mergeEntry } from "../../kubeconfig/merge.ts";
import { saveKubeconfig } from "../../kubeconfig/save.ts";
import { targetFile } from "../../kubeconfig/target.ts";
import { parseMapping } from "../../templates/yaml.ts";
import { createAsk } from "../ask.ts";
import type { Context } from "../context.ts";

/** How the entry is put into the operator's kubeconfig. */
export interface PutOptions {
  readonly overwrite?: boolean;
  readonly use?: boolean;
}

/** What is put where: never into the file that RKE itself writes. */
export interface PutRequest {
  readonly entry: Entry;
  readonly options: PutOptions;
  readonly own: string;
}

/** What came of it. */
export interface Put {
  readonly path: string;
  readonly changed: boolean;
  /** The copy of what was there before. */
  readonly backup: string | undefined;
  /** The context that kubectl takes without `--context`. */
  readonly current: string;
}

/**
 * Puts a context into the operator's kubeconfig, and asks before it takes the place of something else.
 * @returns undefined if the answer was no
 * @throws DroverError `kubeconfig/*`, `cli/no-terminal`
 */
export async function putEntry({ entry, options, own }: PutRequest, context: Context): Promise<Put | undefined> {
  const path = targetFile({
    variable: context.env["KUBECONFIG"],
    home: context.home,
    isThere: existsSync,
    hasContext: (file) => fieldsOf(parseMapping(readText(file) ?? "") ?? {}, "contexts", entry.name) !== undefined,
  });
  if (resolve(context.cwd, path) === own) throw isOwn(own);
  const source = readText(path);
  if (source !== undefined && !(await mayReplace(source, path, entry, options, context))) return undefined;
  const text = mergeEntry(source, path, entry, { use: options.use === true });
  const changed = text !== source;
  const stamp = new Date(context.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const user = process.getuid?.();
  const backup = changed ? await saveKubeconfig({ path, text, isThere: source !== undefined, stamp, user }) : undefined;
  return { path, changed, backup, current: currentContext(text) };
}

function isOwn(own: string): DroverError {
  return new DroverError("cli/usage", `KUBECONFIG names the file that RKE itself writes (${own})`, {
    remedy: "kubectl can use it as it is. To have a context in your own kubeconfig: unset KUBECONFIG.",
  });
}

async function mayReplace(
  source: string,
  path: string,
  entry: Entry,
  { overwrite }: PutOptions,
  context: Context,
): Promise<boolean> {
  const conflict = overwrite === true ? undefined : conflictIn(source, path, entry);
  if (conflict === undefined) return true;
  const ask = createAsk(context, () => Promise.resolve());
  return ask.confirm(
    `${path} has ${conflict}. Replace it?`,
    "Pass --overwrite to replace it, or --context NAME to have both.",
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new DroverError("kubeconfig/unreadable", `${path} cannot be read`, {
      remedy: "It must be a file that you may read. Name another one with KUBECONFIG.",
      cause,
    });
  }
}

function currentContext(text: string): string {
  const config = parseMapping(text);
  return isMapping(config) ? String(config["current-context"] ?? "") : "";
}
