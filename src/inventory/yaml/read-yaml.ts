import { constructFromEvents, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { DroverError } from "../../core/errors.ts";
import { codeFrame, isShown } from "./code-frame.ts";
import { expandedSize } from "./expanded-size.ts";
import { type Place, placeOf } from "./line-column.ts";
import type { SourceFile } from "./source-file.ts";
import { readSpots, type Spots } from "./spots.ts";

/** One YAML document: its value, and where in the text everything is. */
export interface YamlFile {
  readonly value: unknown;
  readonly spots: Spots;
}

/** No honest inventory of 1,000 hosts comes near. */
const maxValues = 200_000;

/** What js-yaml says, without the words that it quotes from a line that may not be shown. */
function reasonOf(error: YAMLException, shown: boolean): string {
  if (error.reason.startsWith("tab characters")) return "tabs may not be used to indent; use spaces";
  return shown ? error.reason : error.reason.replace(/["<!].*/s, "…");
}

function notYaml(file: string, source: string, thrown: unknown): DroverError {
  if (!(thrown instanceof YAMLException) || thrown.mark === undefined) {
    return new DroverError("inventory/not-yaml", `${file} cannot be read as YAML`, {
      remedy: "Write it as plain YAML 1.2: mappings, lists, text, numbers, true and false.",
      details: [thrown instanceof Error ? thrown.message : "unknown reason"],
    });
  }
  const place: Place = placeOf(source, thrown.mark.position);
  const reason = reasonOf(thrown, isShown(source, place.line));
  return new DroverError("inventory/not-yaml", `${file}:${place.line}:${place.column} is not YAML: ${reason}`, {
    remedy: "Correct the marked line, or the one before it.",
    details: codeFrame(source, place),
  });
}

function tooLarge(file: string): DroverError {
  return new DroverError("inventory/not-yaml", `${file} repeats itself too often`, {
    remedy: "Its anchors and aliases (`&name`, `*name`) stand for a huge or endless document. Use fewer of them.",
  });
}

/**
 * Reads one YAML 1.2 document; undefined when the text holds none. Keys given twice are in `spots.mistakes`.
 * @throws DroverError inventory/not-yaml
 */
export function readYaml(file: SourceFile): YamlFile | undefined {
  const source = file.text;
  try {
    const events = parseEvents(source, {});
    const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    if (documents === 0) return undefined;
    if (documents > 1) throw new Error(`It holds ${documents} documents, divided by \`---\`; an inventory is one.`);
    const [value] = constructFromEvents(events, { source, json: true });
    if (expandedSize(value) > maxValues) throw tooLarge(file.name);
    return { value, spots: readSpots(events, file) };
  } catch (thrown) {
    throw thrown instanceof DroverError ? thrown : notYaml(file.name, source, thrown);
  }
}
