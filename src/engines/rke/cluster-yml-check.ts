import { isMapping } from "../../core/mapping.ts";
import table from "./cluster-yml-keys.json" with { type: "json" };

/** The keys of RKE's structs and their types, in Go's words; made from RKE's source by scripts/rke-keys.ts. */
const structs: Readonly<Record<string, Readonly<Record<string, string>>>> = table;

const root = "RancherKubernetesEngineConfig";

/** Where in cluster.yml: keys and list positions, from the top. */
export type YamlPath = readonly (string | number)[];

/** One thing in cluster.yml that RKE would not read as it is meant. */
export type Complaint =
  /** RKE ignores such a key without a word. `known` are those of its place; `elsewhere` is where RKE has it, if anywhere. */
  | {
      readonly kind: "unknown";
      readonly path: YamlPath;
      readonly known: readonly string[];
      readonly elsewhere: string | undefined;
    }
  /** A value of another kind than RKE reads there. */
  | { readonly kind: "wrong"; readonly path: YamlPath; readonly wanted: string };

/** Everything in a cluster.yml, or in a patch of one, that RKE does not know or would not take. Null removes, so it fits anywhere. */
export function complaintsAbout(document: unknown): readonly Complaint[] {
  return judge(document, root, []);
}

function judge(value: unknown, type: string, path: YamlPath): readonly Complaint[] {
  if (type === "any" || value === null || value === undefined) return [];
  if (type.startsWith("[]")) return judgeList(value, type.slice(2), path);
  if (type.startsWith("map[string]")) return judgeMap(value, type.slice("map[string]".length), path);
  const keys = structs[type];
  if (keys !== undefined) return judgeStruct(value, keys, path);
  return fits[type]?.(value) === false ? [{ kind: "wrong", path, wanted: words[type] ?? type }] : [];
}

function judgeList(value: unknown, element: string, path: YamlPath): readonly Complaint[] {
  if (!Array.isArray(value)) return [{ kind: "wrong", path, wanted: "a list" }];
  return value.flatMap((item, index) => judge(item, element, [...path, index]));
}

function judgeMap(value: unknown, element: string, path: YamlPath): readonly Complaint[] {
  if (!isMapping(value)) return [{ kind: "wrong", path, wanted: "a mapping of keys to values" }];
  return Object.entries(value).flatMap(([key, inner]) => judge(inner, element, [...path, key]));
}

function judgeStruct(value: unknown, keys: Readonly<Record<string, string>>, path: YamlPath): readonly Complaint[] {
  if (!isMapping(value)) return [{ kind: "wrong", path, wanted: "a mapping of keys to values" }];
  return Object.entries(value).flatMap(([key, inner]): readonly Complaint[] => {
    const type = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (type !== undefined) return judge(inner, type, [...path, key]);
    return [{ kind: "unknown", path: [...path, key], known: Object.keys(keys), elsewhere: places().get(key) }];
  });
}

/** RKE's YAML reader makes text of numbers and of true and false, where it wants text; nothing else is changed. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => ["string", "number", "boolean"].includes(typeof value),
  int: Number.isSafeInteger,
  float64: (value) => typeof value === "number",
  bool: (value) => typeof value === "boolean",
};

const words: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  float64: "a number",
  bool: "true or false",
};

/** What stands in many places says nothing about where it was meant to be. */
const nowhere = "";
let found: ReadonlyMap<string, string> | undefined;

/** Where RKE has a key that it has in one place only: `sans` is `authentication.sans`. Without other people's clouds. */
function places(): ReadonlyMap<string, string> {
  if (found !== undefined) return found;
  const all = new Map<string, string>();
  const visit = (type: string, path: string) => {
    for (const [key, inner] of Object.entries(structs[type] ?? {})) {
      const here = path === "" ? key : `${path}.${key}`;
      all.set(key, all.has(key) ? nowhere : here);
      if (!/cloud|aci_/i.test(key)) visit(inner.replaceAll(/\[\]|map\[string\]/g, ""), here);
    }
  };
  visit(root, "");
  found = new Map([...all].filter(([, place]) => place !== nowhere));
  return found;
}
