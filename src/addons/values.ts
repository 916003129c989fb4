import { createHash } from "node:crypto";
import { isMapping, type Mapping } from "../core/mapping.ts";
import { hidden, maskSecrets, maskValues } from "../templates/mask.ts";
import { mergePatch } from "../templates/merge-patch.ts";
import type { Release } from "./release.ts";
import { canonical } from "./same-values.ts";

/** All values of a release, secrets included: for helm alone. */
export function wantedValues({ values, sensitiveValues }: Release): Mapping {
  return mergePatch(values, sensitiveValues);
}

/** Values for people, by name: what is known to be a secret, and what is called like one, is hidden. */
export function shownValues({ sensitiveValues }: Release, values: Mapping): Mapping {
  // Helm tells them in the order of their keys; in another order all would look changed.
  const shown = canonical(maskSecrets(maskValues(values, sensitiveValues)));
  return isMapping(shown) ? shown : {};
}

/** Every text in `values` that is hidden from people: so it can be hidden wherever else it turns up. */
export function secretsIn(release: Release, values: Mapping): readonly string[] {
  return [...new Set(hiddenTexts(values, shownValues(release, values)))].filter((text) => text.length > 3);
}

function hiddenTexts(value: unknown, shown: unknown): readonly string[] {
  if (shown === hidden) return textsIn(value);
  if (typeof value === "string" && typeof shown === "string") return hiddenIn(value, shown);
  if (Array.isArray(value) && Array.isArray(shown))
    return value.flatMap((inner, index) => hiddenTexts(inner, shown[index]));
  if (!isMapping(value) || !isMapping(shown)) return [];
  return Object.entries(value).flatMap(([key, inner]) => hiddenTexts(inner, shown[key]));
}

/** Of a text of which a part is hidden: the whole, and that part. */
function hiddenIn(text: string, shown: string): readonly string[] {
  if (text === shown) return [];
  const [before = "", ...after] = shown.split(hidden);
  return [text, text.slice(before.length, text.length - (after.at(-1)?.length ?? 0))];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value === hidden ? [] : [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A short name of everything that makes a release what it is. Helm keeps it as a label, whose value has 63 characters. */
export function fingerprint(release: Release): string {
  const all = JSON.stringify([release.version.replace(/^v/, ""), wantedValues(release)]);
  return createHash("sha256").update(all).digest("hex").slice(0, 32);
}
