import { joinSh, type Sh, sh } from "../core/shell.ts";
import { directly, type KubeAccess, kubeconfigFlags } from "../kube/kubectl.ts";
import { makeChart } from "./manifest-chart.ts";
import { emptyChart } from "./own-chart.ts";
import type { ChartSource, Release } from "./release.ts";

/** A helm command line against this cluster and no other; its records are Secrets, whatever HELM_DRIVER says. */
export function helm(access: KubeAccess): Sh {
  const { cluster } = access;
  return sh`HELM_DRIVER=secret ${directly(cluster)} ${cluster.tools.helm} ${kubeconfigFlags(access, "--kube-apiserver")}`;
}

/** What `helm upgrade` of `chart` is told besides the values, which come on stdin: into no argument list and no file. */
export function upgradeArguments({ name, namespace, version, adopt }: Release, chart: Sh): Sh {
  const words = [
    sh`upgrade --install ${name} ${chart} --version ${version} -n ${namespace} --reset-values -f -`,
    adopt ? sh`--take-ownership` : undefined,
  ];
  return joinSh(
    words.filter((word) => word !== undefined),
    " ",
  );
}

/** What must come before such a command line: the making of the chart, where it is made here. */
export function prepareChart(access: KubeAccess, release: Release): readonly Sh[] {
  const { chart } = release;
  if (chart.kind === "own") return [emptyChart(chart.template, release)];
  return chart.kind === "manifests" ? [makeChart(access, chart, release)] : [];
}

/** The words that name a chart to helm, wherever it comes from. */
export function chartArguments(chart: ChartSource): Sh {
  if (chart.kind === "manifests" || chart.kind === "own") return sh`"$chart"`;
  if (chart.kind === "folder") return sh`${chart.path}`;
  return chart.kind === "oci" ? sh`${chart.reference}` : sh`${chart.name} --repo ${chart.url}`;
}
