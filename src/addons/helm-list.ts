import { isMapping } from "../core/mapping.ts";
import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { helm } from "./helm.ts";

/** A release as `helm list` knows it. */
export interface ListedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  /** When this revision was made: tells it from the same revision of a release that was installed anew. */
  readonly updated: string;
  /** deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling, superseded, uninstalled. */
  readonly status: string;
  /** `cert-manager-v1.11.5`. */
  readonly chart: string;
}

/** In words that Helm 3 and 4 both know: the older has `--all` for them, and the newer takes them all where none is named. */
const everyState = ["deployed", "failed", "pending", "superseded", "uninstalled", "uninstalling"].map(
  (one) => `--${one}`,
);

/** All releases in every state, asked once for all addons; undefined if the cluster does not answer. */
export function helmListProbe(access: KubeAccess): Probe<readonly ListedRelease[] | undefined> {
  return {
    sh: sh`[ -s ${access.paths.kubeconfig} ] || exit 1; ${helm(access)} list -A ${everyState} -o json`,
    parse: ({ code, stdout }) => (code === 0 ? readHelmList(stdout) : undefined),
  };
}

/** The answer of `helm list -o json`; undefined if it is none. */
function readHelmList(json: string): readonly ListedRelease[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.filter(isMapping).map(readRelease) : undefined;
  } catch {
    return undefined;
  }
}

function readRelease(item: Readonly<Record<string, unknown>>): ListedRelease {
  const word = (key: string) => String(item[key] ?? "");
  const [name, namespace, revision] = [word("name"), word("namespace"), word("revision")];
  return { name, namespace, revision, updated: word("updated"), status: word("status"), chart: word("chart") };
}
