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
  const objects = readObjects(manifest);
  return objects === undefined ? undefined : shownObjects(objects, secrets);
}

/**
 * The same without Secrets, to be compared with what helm only renders: there `--hide-secret` leaves out each of them, name and
 * all (helm.sh/helm/v3 pkg/action/action.go), and those that are there would look as if they went.
 */
export function shownRelease(manifest: string, secrets: readonly string[]): string | undefined {
  const objects = readObjects(manifest)?.filter((object) => textAt(object, "kind") !== "Secret");
  return objects === undefined ? undefined : shownObjects(objects, secrets);
}

function shownObjects(objects: readonly Mapping[], secrets: readonly string[]): string {
  const documents = objects
    .map((object) => ({ title: titleOf(object), text: dumpYaml(withoutSecretData(object)) }))
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
    .map(({ title, text }) => `# ${title}\n${text}`);
  return withoutTexts(documents.join("---\n"), secrets);
}

function readObjects(manifest: string): readonly Mapping[] | undefined {
  try {
    return loadAll(manifest).filter(isMapping);
  } catch {
    return undefined;
  }
}

function titleOf(object: Mapping): string {
  const namespace = textAt(object, "metadata", "namespace");
  return `${textAt(object, "kind")} ${namespace === "" ? "" : `${namespace}/`}${nameOf(object)}`;
}

function withoutSecretData(object: Mapping): Mapping {
  if (object["kind"] !== "Secret") return object;
  const hide = (value: unknown) =>
    isMapping(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, hidden])) : value;
  return { ...object, data: hide(object["data"]), stringData: hide(object["stringData"]) };
}

function withoutTexts(text: string, secrets: readonly string[]): string {
  const all = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  return all
    .toSorted((a, b) => b.length - a.length)
    .reduce((masked, secret) => masked.replaceAll(secret, hidden), text);
}
