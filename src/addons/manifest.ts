import { loadAll } from "js-yaml";
import { isMapping, type Mapping } from "../core/mapping.ts";
import { nameOf, textAt } from "../kube/kube-object.ts";
import { hidden } from "../templates/mask.ts";
import { dumpYaml } from "../templates/yaml.ts";

/**
 * The objects of a release for people: in a fixed order, comments and formatting gone, so that two manifests differ only in
 * what differs; the data of Secrets is hidden, and so is every text of `secrets`, also as base64. Undefined if the text is
 * no YAML.
 */
export function shownManifest(manifest: string, secrets: readonly string[]): string | undefined {
  const documents = readObjects(manifest)
    ?.map((object) => ({
      title: titleOf(object),
      text: dumpYaml(withoutTextsIn(withoutSecretData(object), formsOf(secrets))),
    }))
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
    .map(({ title, text }) => `# ${title}\n${text}`);
  return documents && withoutTexts(documents.join("---\n"), formsOf(secrets));
}

/** The objects of a manifest, those of lists each by itself; undefined if the text is no YAML. */
export function readObjects(manifest: string): readonly Mapping[] | undefined {
  try {
    return loadAll(manifest).filter(isMapping).flatMap(itemsOf);
  } catch {
    return undefined;
  }
}

/** The objects of a list, such as `List` or `SecretList`; any other object is itself. */
function itemsOf(object: Mapping): readonly Mapping[] {
  const { kind, items } = object;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) ? items.filter(isMapping) : [object];
}

function titleOf(object: Mapping): string {
  const namespace = textAt(object, "metadata", "namespace");
  return `${textAt(object, "kind")} ${namespace === "" ? "" : `${namespace}/`}${nameOf(object)}`;
}

function withoutSecretData(object: Mapping): Mapping {
  if (object["kind"] !== "Secret") return object;
  const hide = (value: unknown) => {
    if (value === undefined || value === null) return value;
    return isMapping(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, hidden])) : hidden;
  };
  return { ...object, data: hide(object["data"]), stringData: hide(object["stringData"]) };
}

/** Before it becomes YAML, which writes a text that has quotes or lines of its own in another way. */
function withoutTextsIn(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === "string") return withoutTexts(value, forms);
  if (Array.isArray(value)) return value.map((one) => withoutTextsIn(one, forms));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutTextsIn(inner, forms)]));
}

function withoutTexts(text: string, forms: readonly string[]): string {
  return forms.reduce((masked, form) => masked.replaceAll(form, hidden), text);
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Secrets as charts put them into texts: as they are, as base64, in JSON, in single quotes of YAML, line by line; the longest first. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const all = secrets.flatMap((secret) => [
    ...[
      secret,
      Buffer.from(secret).toString("base64"),
      jsonText(secret),
      // Helm's `toJson` is Go's, which also escapes what would mean something in HTML (encoding/json, HTMLEscape).
      jsonText(secret).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
      secret.replaceAll("'", "''"),
    ],
    ...secret.split("\n").filter((line) => line.trim().length >= 16),
  ]);
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}
