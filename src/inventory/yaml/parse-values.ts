import { load } from "js-yaml";

/** Text as a YAML mapping; undefined if it is something else. What is wrong with it is not told, as it may be secret. */
export function parseYaml(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = load(text);
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMapping ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
