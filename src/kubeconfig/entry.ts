import { parse, stringify } from "yaml";
import { DroverError } from "../core/errors.ts";
import { isMapping, type Mapping } from "../core/mapping.ts";
import { dialect } from "../inventory/write/render.ts";

/** A way to one cluster: what becomes an entry under `clusters`, one under `users`, and a context of both. */
export interface Entry {
  /** The context's and the cluster's name; the user is called `<name>-admin`. */
  readonly name: string;
  readonly cluster: Mapping;
  /** Holds a private key: never shown but by `--print`. */
  readonly user: Mapping;
}

/** The named entries of a list of a kubeconfig; whatever is none is left out. */
export function namedIn(config: Mapping, list: "clusters" | "users" | "contexts"): readonly Mapping[] {
  const entries = config[list];
  return Array.isArray(entries) ? entries.filter(isMapping) : [];
}

/** The inner mapping of an entry called `name`: `cluster` of `clusters`, and so on; undefined if there is none. */
export function fieldsOf(config: Mapping, list: "clusters" | "users" | "contexts", name: unknown): Mapping | undefined {
  const inner = namedIn(config, list).find((entry) => entry["name"] === name)?.[list.slice(0, -1)];
  return isMapping(inner) ? inner : undefined;
}

/** The user's name of an entry. */
export function userName(entry: Pick<Entry, "name">): string {
  return `${entry.name}-admin`;
}

/**
 * Reads the kubeconfig that RKE wrote: one cluster, one user, one context.
 * @throws DroverError `kubeconfig/unreadable` if it is not that
 */
export function readEntry(text: string, name: string, path: string): Entry {
  const config = parsed(text);
  const context = config && fieldsOf(config, "contexts", config["current-context"]);
  const cluster = config && context && fieldsOf(config, "clusters", context["cluster"]);
  const user = config && context && fieldsOf(config, "users", context["user"]);
  if (cluster !== undefined && user !== undefined && isUrl(cluster["server"])) {
    return { name, cluster, user };
  }
  throw new DroverError("kubeconfig/unreadable", `${path} is not a kubeconfig as RKE writes it`, {
    remedy: "Copy the newest *-kube_config_cluster.yml of the backups folder beside it over it, or run drover up.",
  });
}

function isUrl(server: unknown): boolean {
  return typeof server === "string" && URL.canParse(server) && new URL(server).hostname !== "";
}

function parsed(text: string): Mapping | undefined {
  try {
    const value: unknown = parse(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A kubeconfig as text, as kubectl reads it. */
export function configText(config: Mapping): string {
  return stringify(config, { lineWidth: 0, ...dialect });
}

/** A kubeconfig of this entry alone. */
export function entryConfig(entry: Entry): Mapping {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: entry.name, cluster: entry.cluster }],
    users: [{ name: userName(entry), user: entry.user }],
    contexts: [{ name: entry.name, context: { cluster: entry.name, user: userName(entry) } }],
    "current-context": entry.name,
  };
}
