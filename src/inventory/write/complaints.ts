import { DroverError } from "../../core/errors.ts";
import { parseInventory } from "../parse.ts";
import type { Plain } from "./render.ts";

/** What is wrong at one place of an inventory: `rke.serviceCidr`, and a sentence that continues it. */
export interface Complaint {
  readonly place: string;
  readonly message: string;
}

/** A line of `inventory/invalid`: `file:line:column place: message`; without a place, the whole file is meant. */
const line = /^\S+:\d+:\d+(?: ((?:[^\s"]|"(?:[^"\\]|\\.)*")+?))?: (.*)$/s;

/** Everything that schema and rules find wrong with an inventory's value, before it is written. Never throws. */
export function complaints(value: Plain): readonly Complaint[] {
  try {
    // JSON is YAML: what is judged here is what will be read from the file.
    parseInventory(JSON.stringify(value), "inventory");
    return [];
  } catch (thrown) {
    if (!(thrown instanceof DroverError)) throw thrown;
    const found = thrown.details.flatMap((detail): readonly Complaint[] => {
      const [, place = "", message] = line.exec(detail) ?? [];
      return message === undefined ? [] : [{ place, message }];
    });
    return found.length > 0 ? found : [{ place: "", message: thrown.message }];
  }
}
