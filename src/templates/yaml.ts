import { dump, load } from "js-yaml";
import { DroverError } from "../core/errors.ts";
import { isMapping, type Mapping } from "../core/mapping.ts";

/** Text as a mapping; an empty text is an empty one. Undefined if it is no YAML, or something else than a mapping. */
export function parseMapping(text: string): Mapping | undefined {
  try {
    const value = text.trim() === "" ? {} : load(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A skeleton of the templates folder as data.
 * @throws DroverError `template/mismatch` if it is not a mapping
 */
export function parseSkeleton(text: string, name: string): Mapping {
  const value = parseMapping(text);
  if (value !== undefined) return value;
  throw new DroverError("template/mismatch", `the template "${name}" is not a YAML mapping`, {
    remedy: "If you changed it, compare it with the one that Drover brings. Otherwise report this defect.",
  });
}

/** Data as YAML, in the order of its keys; the same data gives the same text. Keys whose value is undefined are left out. */
export function dumpYaml(value: unknown, comment: readonly string[] = []): string {
  const header = comment.map((line) => `# ${line}`.trimEnd());
  const body = dump(value, { noRefs: true, skipInvalid: true, lineWidth: -1 });
  return `${[...header, body.trimEnd()].join("\n")}\n`;
}
