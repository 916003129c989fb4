import { isMapping, type Mapping } from "../core/mapping.ts";

/** One object of Kubernetes, as `kubectl -o json` prints it. Nothing in it is taken for granted. */
export type KubeObject = Mapping;

/** What lies at a path, such as `status`, `nodeInfo`, `kubeletVersion`; undefined if the path ends early. */
export function at(object: KubeObject, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isMapping(value) ? value[key] : undefined), object);
}

/** The text at a path; empty where there is none. */
export function textAt(object: KubeObject, ...path: readonly string[]): string {
  const value = at(object, ...path);
  return typeof value === "string" ? value : "";
}

/** The number at a path; 0 where there is none, as Kubernetes leaves zeros out. */
export function numberAt(object: KubeObject, ...path: readonly string[]): number {
  const value = at(object, ...path);
  return typeof value === "number" ? value : 0;
}

/** The objects of the list at a path. */
export function listAt(object: KubeObject, ...path: readonly string[]): readonly KubeObject[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? value.filter(isMapping) : [];
}

/** The condition of a type, as nodes, pods and certificates have them. */
export function condition(object: KubeObject, type: string): KubeObject | undefined {
  return listAt(object, "status", "conditions").find((candidate) => textAt(candidate, "type") === type);
}

/** `metadata.name`. */
export function nameOf(object: KubeObject): string {
  return textAt(object, "metadata", "name");
}

/** A JSON object that a program printed; undefined for anything else. */
export function parseJsonObject(text: string): KubeObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
