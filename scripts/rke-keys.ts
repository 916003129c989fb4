/**
 * Writes src/engines/rke/cluster-yml-keys.json: every key that RKE reads in cluster.yml, with its type, in Go's words. RKE
 * decodes the file without strictness, so a misspelt key is ignored without a word; this table is what Drover holds against it.
 *
 *   node scripts/rke-keys.ts /path/to/rke-source
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const target = join(import.meta.dirname, "../src/engines/rke/cluster-yml-keys.json");

/** The keys of a struct and their types: `[]string`, `map[string]string`, `bool`, or the name of another struct. */
type Keys = Readonly<Record<string, string>>;

/** What RKE reads again as JSON (cluster/cluster.go, parse*), so that the keys are those of Kubernetes' own types. */
const readAsJson: Readonly<Record<string, Keys>> = {
  DaemonSetUpdateStrategy: { strategy: "string", rollingUpdate: "RollingUpdate" },
  DeploymentStrategy: { strategy: "string", rollingUpdate: "RollingUpdate" },
  RollingUpdate: { maxUnavailable: "any", maxSurge: "any" },
  ExtraEnv: { name: "string", value: "string", valueFrom: "any" },
  // A type without yaml tags: yaml.v2 takes the lower-cased names of its fields.
  Toleration: { key: "string", operator: "string", value: "string", effect: "string", tolerationseconds: "int" },
  Policy: {
    apiVersion: "string",
    kind: "string",
    metadata: "any",
    rules: "[]any",
    omitStages: "[]string",
    omitManagedFields: "bool",
  },
  AdmissionConfiguration: { apiVersion: "string", kind: "string", plugins: "[]any" },
  EncryptionConfiguration: { apiVersion: "string", kind: "string", resources: "[]any" },
};

/** The keys of every struct that cluster.yml is made of, from RKE's own Go files. */
export function keysIn(source: string, root: string): Readonly<Record<string, Keys>> {
  const structs = new Map(
    [...source.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)].map(([, name, body]) => [name, body]),
  );
  const found = new Map<string, Keys>();
  const visit = (name: string): void => {
    const known = readAsJson[name];
    const body = structs.get(name);
    if (found.has(name) || (known === undefined && body === undefined)) return;
    const keys = known ?? keysOf(body ?? "", structs);
    found.set(name, keys);
    for (const type of Object.values(keys)) visit(elementOf(type));
  };
  visit(root);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keysOf(body: string, structs: ReadonlyMap<string | undefined, string | undefined>): Keys {
  const entries = body.split("\n").flatMap((line): readonly (readonly [string, string])[] => {
    const embedded = /^\s*(\w+)\s+`yaml:",inline"/.exec(line)?.[1];
    if (embedded !== undefined) return Object.entries(keysOf(structs.get(embedded) ?? "", structs));
    const [, field, type, tags = ""] = /^\s*(\w+)\s+([\w.*[\]]+)\s*(`.*`)?/.exec(line) ?? [];
    if (field === undefined || type === undefined) return [];
    const tagged = /yaml:"([^",]*)/.exec(tags)?.[1];
    return [[tagged === undefined || tagged === "" ? field.toLowerCase() : tagged, plain(type, structs)]];
  });
  return Object.fromEntries(entries);
}

/** A type without pointers and packages; `any` for what Kubernetes itself reads. */
function plain(type: string, structs: ReadonlyMap<string | undefined, string | undefined>): string {
  const bare = type.replaceAll("*", "").replaceAll(/\b\w+\./g, "");
  const element = elementOf(bare);
  const known = /^(string|bool|int|int32|float64)$/.test(element) || structs.has(element) || element in readAsJson;
  // Kubernetes' own Volume and VolumeMount in another coat.
  if (/^ExtraVolume(Mount)?$/.test(element)) return bare.replace(element, "any");
  if (element === "TaintEffect") return bare.replace(element, "string");
  return (known ? bare : bare.replace(element, "any")).replace("int32", "int");
}

function elementOf(type: string): string {
  return type.replaceAll(/\[\]|map\[string\]/g, "");
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: node scripts/rke-keys.ts /path/to/rke-source");
  const types = join(folder, "types");
  const files = readdirSync(types).filter((name) => name.endsWith(".go"));
  const source = files.map((name) => readFileSync(join(types, name), "utf8")).join("\n");
  const keys = keysIn(source, "RancherKubernetesEngineConfig");
  writeFileSync(target, `${JSON.stringify(keys, null, 2)}\n`);
}
