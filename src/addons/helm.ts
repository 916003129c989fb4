import { joinSh, type Sh, sh } from "../core/shell.ts";
import { directly, type KubeAccess } from "../engines/rke/kubectl.ts";
import type { ChartSource, Release } from "./release.ts";

/** A helm command line against this cluster and no other; its records are Secrets, whatever HELM_DRIVER says. */
export function helm({ cluster, paths }: KubeAccess): Sh {
  return sh`HELM_DRIVER=secret ${directly(cluster)} ${cluster.tools.helm} --kubeconfig ${paths.kubeconfig}`;
}

/** What `helm upgrade` is told besides the values, which come on stdin: into no argument list and no file. */
export function upgradeArguments({ name, namespace, chart, version, adopt }: Release): Sh {
  const words = [
    sh`upgrade --install ${name} ${chartArguments(chart)} --version ${version} -n ${namespace} --reset-values -f -`,
    adopt ? sh`--take-ownership` : undefined,
  ];
  return joinSh(
    words.filter((word) => word !== undefined),
    " ",
  );
}

function chartArguments(chart: ChartSource): Sh {
  if (chart.kind === "folder") return sh`${chart.path}`;
  return chart.kind === "oci" ? sh`${chart.reference}` : sh`${chart.name} --repo ${chart.url}`;
}
