/** A mapping, as YAML and JSON parsers give it. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping, and neither a list nor null. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
