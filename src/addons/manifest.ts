import { loadAll } from "js-yaml";
import { isMapping, type Mapping } from "../core/mapping.ts";
import { secretForms } from "../core/secret-forms.ts";
import { nameOf, textAt } from "../kube/kube-object.ts";
import { hidden } from "../templates/mask.ts";
import { dumpYaml } from "../templates/yaml.ts";

/**
 * The objects of a release for people: in a fixed order, comments and formatting gone, so that two manifests differ only in
 * what differs; the data of Secrets is hidden, and so is every text of `secrets`, in whatever form. Undefined if the text is
 * no YAML.
 */
export function shownManifest(manifest: string, secrets: readonly string[]): string | undefined {
  const forms = secretForms(secrets);
  const documents = readObjects(manifest)
    ?.map((object) => ({
      title: titleOf(object),
      text: dumpYaml(withoutTextsIn(withoutSecretData(object), forms)),
    }))
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
    .map(({ title, text }) => `# ${title}\n${text}`);
  return documents && withoutTexts(documents.join("---\n"), forms);
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
