import { type Sh, sh } from "../core/shell.ts";
import type { Release } from "./release.ts";

/**
 * Shell text that makes a chart of one template, in a folder of its own that goes when the shell does; `$chart` is its path
 * afterwards.
 */
export function emptyChart(template: string, release: Pick<Release, "name" | "version">): Sh {
  const about = JSON.stringify({ apiVersion: "v2", name: release.name, version: release.version.replace(/^v/, "") });
  return sh`chart=$(mktemp -d) || exit 1
trap 'rm -rf "$chart"' EXIT; trap 'exit 143' TERM
mkdir "$chart/templates" && printf '%s' ${about} >"$chart/Chart.yaml" && printf '%s' ${template} >"$chart/templates/all.yaml" || exit 1`;
}
