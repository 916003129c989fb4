import { isMapping, type Mapping } from "../../core/mapping.ts";

/** A JSON object, as daemon.json is one. */
export type JsonObject = Mapping;

/** Whether the text could still become JSON if it went on. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = String(error);
    return /end of JSON input|Unterminated/.test(message) || message.includes(`at position ${text.length} `);
  }
}

// JSON.parse tells the position of some mistakes only; the longest beginning that may go on tells it for all.
function firstMistake(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** The text as an object, or where it stops being one. An empty file counts as no settings. */
export function readDaemonJson(
  text: string,
): { readonly settings: JsonObject } | { readonly settings: undefined; readonly mistake: string } {
  if (text.trim() === "") return { settings: {} };
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) ? { settings: value } : { settings: undefined, mistake: "it holds no JSON object" };
  } catch {
    const before = text.slice(0, firstMistake(text)).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return { settings: undefined, mistake: `it is not JSON from line ${before.length}, column ${column}` };
  }
}

/** What Drover wants in daemon.json. */
export interface DaemonWishes {
  readonly insecureRegistries: readonly string[];
  /** Old clients of RKE must be let in: Docker 29 and newer. */
  readonly oldClients: boolean;
  /** Containers run with NVIDIA's runtime, unless they ask for another: RKE's cri-dockerd knows no RuntimeClass. */
  readonly nvidia: boolean;
  /** The inventory's own keys; they win. */
  readonly daemon: JsonObject;
}

function registries(existing: JsonObject, wishes: DaemonWishes): readonly unknown[] {
  const key = "insecure-registries";
  const lists = [existing[key], wishes.insecureRegistries, wishes.daemon[key]];
  return [...new Set(lists.flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : [])))];
}

// kubelet reads json-file logs only, and without a limit they fill the disk. Whoever chose something else is left alone.
function logging(existing: JsonObject): JsonObject {
  if ((existing["log-driver"] ?? "json-file") !== "json-file") return {};
  const options = existing["log-opts"];
  if (options !== undefined && !isMapping(options)) return {};
  return { "log-driver": "json-file", "log-opts": { "max-size": "50m", "max-file": "3", ...options } };
}

/** The runtime as `nvidia-ctk runtime configure --runtime=docker` writes it; other runtimes, and settings of this one, stay. */
function withNvidia(runtimes: unknown): JsonObject {
  const others = isMapping(runtimes) ? runtimes : {};
  const there = isMapping(others["nvidia"]) ? others["nvidia"] : {};
  return { ...others, nvidia: { args: [], path: "nvidia-container-runtime", ...there } };
}

/** The existing settings with ours in them: keys of others stay, as does their order. */
export function mergeDaemonJson(existing: JsonObject, wishes: DaemonWishes): JsonObject {
  const insecure = registries(existing, wishes);
  const asked = { ...existing, ...wishes.daemon };
  return {
    ...existing,
    ...logging(asked),
    ...(wishes.oldClients ? { "min-api-version": existing["min-api-version"] ?? "1.24" } : {}),
    ...(wishes.nvidia ? { "default-runtime": "nvidia" } : {}),
    ...wishes.daemon,
    // Of any runtimes that the inventory names, NVIDIA's is one: Docker does not start without its default runtime.
    ...(wishes.nvidia ? { runtimes: withNvidia(asked["runtimes"]) } : {}),
    ...(insecure.length === 0 ? {} : { "insecure-registries": insecure }),
  };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, found: unknown) =>
    isMapping(found) ? Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1))) : found,
  );
}

/** Whether two settings say the same; the order of keys means nothing. */
export function sameJson(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}
