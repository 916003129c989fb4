import { load } from "js-yaml";
import { isMapping, type Mapping } from "../../core/mapping.ts";

/** Text as a YAML mapping; undefined if it is something else. What is wrong with it is not told, as it may be secret. */
export function parseYaml(text: string): Mapping | undefined {
  try {
    const value: unknown = load(text);
    return isMapping(value) ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
