import { parseDocument } from "yaml";
import { DroverError } from "../core/errors.ts";
import { isMapping, type Mapping } from "../core/mapping.ts";
import { editInventory } from "../inventory/write/edit.ts";
import { configText, type Entry, entryConfig, fieldsOf, namedIn, userName } from "./entry.ts";

/** How an entry is put in. */
export interface MergeOptions {
  /** Make it the current context, also if another one is. */
  readonly use: boolean;
}

/**
 * What stands under the entry's names already and is not this cluster's, in words for a question; undefined if nothing does.
 * A cluster is known by its certificate authority: its address may change.
 */
export function conflictIn(source: string, path: string, entry: Entry): string | undefined {
  const config = readConfig(source, path);
  const cluster = fieldsOf(config, "clusters", entry.name);
  const context = fieldsOf(config, "contexts", entry.name);
  const isOurs = cluster?.["certificate-authority-data"] === entry.cluster["certificate-authority-data"];
  if (cluster !== undefined && !isOurs) {
    return `a cluster "${entry.name}" at ${String(cluster["server"])} with another certificate authority`;
  }
  if (context !== undefined && (context["cluster"] !== entry.name || context["user"] !== userName(entry))) {
    return `a context "${entry.name}" for the cluster "${String(context["cluster"])}"`;
  }
  const user = fieldsOf(config, "users", userName(entry));
  return user !== undefined && cluster === undefined ? `a user "${userName(entry)}"` : undefined;
}

/**
 * The kubeconfig with the entry in it, put in place of one of the same name. All other entries stay as they are, to the
 * byte; so does a namespace that somebody chose for the context.
 * @param source the text that is there; undefined: there is no file
 * @throws DroverError `kubeconfig/unreadable` if it is no kubeconfig, or one that cannot be edited
 */
export function mergeEntry(source: string | undefined, path: string, entry: Entry, { use }: MergeOptions): string {
  if (source === undefined || source.trim() === "") return configText(entryConfig(entry));
  const config = readConfig(source, path);
  const wanted = {
    ...config,
    clusters: withNamed(config, "clusters", { name: entry.name, cluster: entry.cluster }),
    users: withNamed(config, "users", { name: userName(entry), user: entry.user }),
    contexts: withNamed(config, "contexts", {
      name: entry.name,
      context: { ...fieldsOf(config, "contexts", entry.name), cluster: entry.name, user: userName(entry) },
    }),
    ...(use || !hasCurrent(config) ? { "current-context": entry.name } : {}),
  };
  // Nobody's entries to keep: kubectl leaves lists behind that are empty or null, where nothing can be put in place.
  if (isEmpty(config)) return configText(wanted);
  try {
    return editInventory(source, wanted, new Map());
  } catch (cause) {
    throw unreadable(path, "shares values between entries by anchors (&, *), so that it cannot be edited", cause);
  }
}

function hasCurrent(config: Mapping): boolean {
  const current = config["current-context"];
  return typeof current === "string" && current !== "";
}

function isEmpty(config: Mapping): boolean {
  return (["clusters", "users", "contexts"] as const).every((list) => namedIn(config, list).length === 0);
}

function withNamed(config: Mapping, list: "clusters" | "users" | "contexts", entry: Mapping): readonly Mapping[] {
  const entries = namedIn(config, list);
  const isIt = (other: Mapping): boolean => other["name"] === entry["name"];
  return entries.some(isIt) ? entries.map((other) => (isIt(other) ? entry : other)) : [...entries, entry];
}

function readConfig(source: string, path: string): Mapping {
  const document = parseDocument(source);
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(path, "is not YAML", error);
  const value: unknown = document.toJS() ?? {};
  if (isMapping(value)) return value;
  throw unreadable(path, "is not a kubeconfig", undefined);
}

function unreadable(path: string, why: string, cause: unknown): DroverError {
  return new DroverError("kubeconfig/unreadable", `${path} ${why}; it was left as it is`, {
    remedy: "Put it right, or have the cluster's own kubeconfig printed: drover kubeconfig --print.",
    cause,
  });
}
