import { type Sh, sh } from "../core/shell.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { chartArguments, helm, prepareChart } from "./helm.ts";
import type { Release } from "./release.ts";

/**
 * Shell text that has the chart of a release here, as `"$chart"`, before anything is done with it: so it is fetched once, and
 * what is judged is what is installed. What was fetched goes when the shell does.
 */
export function fetchChart(access: KubeAccess, release: Release): readonly Sh[] {
  const { chart, version } = release;
  if (chart.kind === "own" || chart.kind === "manifests") return prepareChart(access, release);
  if (chart.kind === "folder") return [sh`chart=${chart.path}`];
  return [
    sh`fetched=$(mktemp -d) || exit 1
trap 'rm -rf "$fetched"' EXIT; trap 'exit 143' TERM
${helm(access)} pull ${chartArguments(chart)} --version ${version} -d "$fetched" >/dev/null || exit 1
for chart in "$fetched"/*.tgz; do :; done`,
  ];
}
