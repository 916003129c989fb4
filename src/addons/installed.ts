import { gunzipSync } from "node:zlib";
import { isMapping, type Mapping } from "../core/mapping.ts";
import type { Probe, Result } from "../core/probe.ts";
import { at, type KubeObject, listAt, parseJsonObject, textAt } from "../kube/kube-object.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { recordsQuestion } from "../kube/remembered.ts";

/** The newest revision of a release, as helm keeps it in the cluster. */
export interface InstalledRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  /** When this revision was made: tells it from the same revision of a release that was installed anew. */
  readonly updated: string;
  /** deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling. */
  readonly status: string;
  /** The chart's version. */
  readonly version: string;
  /** The values that were given, without the chart's defaults. */
  readonly values: Mapping;
  /** All objects, as YAML documents. */
  readonly manifest: string;
  /** The cluster's name in the inventory of the Drover that installed it; empty if somebody else did. */
  readonly installedFor: string;
}

/** The label on helm's record of a release that says: Drover installed it. Its value is the cluster's name. */
export const ownerLabel = "drover";

/** The label on helm's record that names what a release was made from. */
export const fingerprintLabel = "drover-made-from";

/** More than a record can be once it is unpacked: Kubernetes stores at most 1 MiB of it. */
const largestRecord = 64 * 1024 * 1024;

/**
 * Every release of the cluster with its values and objects, in one question for all addons, where asking helm takes a program
 * for each. Helm's records are Secrets with gzipped JSON (helm.sh/helm/v3 pkg/storage/driver/util.go), whoever made them.
 * Undefined if the cluster does not answer.
 */
export function installedProbe(access: KubeAccess): Probe<readonly InstalledRelease[] | undefined> {
  return {
    sh: recordsQuestion(access),
    parse: ({ code, stdout }) => (code === 0 ? readInstalled(stdout) : undefined),
  };
}

/** What a deployed release was made from, by its label: undefined if it is not deployed, empty if it does not say. */
export function deployedFrom({ code, stdout }: Result, name: string, namespace: string): string | undefined {
  const answer = code === 0 ? parseJsonObject(stdout) : undefined;
  const labels = listAt(answer ?? {}, "items")
    .filter((item) => textAt(item, "kind") === "Secret" && textAt(item, "metadata", "namespace") === namespace)
    .map((secret) => (label: string) => textAt(secret, "metadata", "labels", label));
  const found = labels.find((label) => label("name") === name && label("status") === "deployed");
  return found?.(fingerprintLabel);
}

/** The Secrets among the answer to that question: of each release the newest record; undefined if it is no answer. */
export function readInstalled(json: string): readonly InstalledRelease[] | undefined {
  const answer = parseJsonObject(json);
  if (answer === undefined) return undefined;
  const newest = new Map<string, InstalledRelease>();
  for (const secret of listAt(answer, "items").filter((item) => textAt(item, "kind") === "Secret")) {
    const release = readRecord(secret);
    const key = `${release.namespace}/${release.name}`;
    const known = newest.get(key);
    if (known === undefined || Number(known.revision) < Number(release.revision)) newest.set(key, release);
  }
  return [...newest.values()];
}

/** A record that cannot be unpacked still tells its name and status by its labels. */
function readRecord(secret: KubeObject): InstalledRelease {
  const label = (name: string) => textAt(secret, "metadata", "labels", name);
  const record = unpack(textAt(secret, "data", "release")) ?? {};
  const values = at(record, "config");
  return {
    name: label("name"),
    namespace: textAt(secret, "metadata", "namespace"),
    revision: label("version"),
    updated: textAt(record, "info", "last_deployed"),
    status: label("status"),
    version: textAt(record, "chart", "metadata", "version"),
    values: isMapping(values) ? values : {},
    manifest: textAt(record, "manifest"),
    installedFor: label(ownerLabel),
  };
}

/** Kubernetes encodes the Secret's data once more than helm does. */
function unpack(data: string): Mapping | undefined {
  try {
    const packed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
    return parseJsonObject(gunzipSync(packed, { maxOutputLength: largestRecord }).toString("utf8"));
  } catch {
    return undefined;
  }
}
