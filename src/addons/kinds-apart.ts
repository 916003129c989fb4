import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { helm } from "./helm.ts";
import { takeBackNamespace } from "./namespace.ts";
import type { Release } from "./release.ts";

/**
 * Has `$kinds` hold the CRDs that a chart keeps in `crds/`, and ends where the chart refuses its values. Helm creates such kinds
 * before it looks at the values (helm.sh/helm/v3 pkg/action/install.go), and would leave them behind. Charts that are made here
 * have none.
 */
export function judgeKinds(access: KubeAccess, release: Release): readonly Sh[] {
  const { kind } = release.chart;
  if (kind === "own" || kind === "manifests") return [];
  return [
    sh`kinds=$(${helm(access)} show crds "$chart") || exit 1
if [ -n "$kinds" ]; then`,
    judge(access, release),
    sh`fi`,
  ];
}

/**
 * Helm renders against the cluster and changes nothing: it judges values, Kubernetes' version, and objects that others own.
 * Only at objects of the very kinds that are still to come does it end too early; by then the values are accepted. Helm 3 judges
 * only with `--validate`, which Helm 4 refuses beside `--dry-run` (helm.sh/helm/v4 pkg/cmd/template.go).
 */
function judge(access: KubeAccess, { name, namespace, adopt }: Release): Sh {
  const more = adopt ? sh` --take-ownership` : sh``;
  return sh`  case $(${helm(access)} version --template ${"{{.Version}}"}) in v3.*) judge=--validate ;; *) judge= ;; esac
  said=$(printf '%s\n' "$values" | ${helm(access)} template ${name} "$chart" -n ${namespace} $judge --dry-run=server${more} -f - 2>&1 >/dev/null) || {
    lacks=$(printf '%s\n' "$said" | sed -n 's/.*no matches for kind "\([A-Za-z0-9]*\)".*/\1/p')
    for kind in $lacks; do
      printf '%s\n' "$kinds" | grep -Eqw "kind[\"']?: *[\"']?$kind" || lacks=
    done
    [ -n "$lacks" ] || { printf '%s\n' "$said" >&2; exit 1; }
  }`;
}

/**
 * Older kinds would refuse, or silently drop, what the newer program writes. They are too large for a client-side apply. The
 * cluster judges all of them before it gets one: a version that objects are still stored in may be gone from a newer kind.
 */
export function applyKinds(access: KubeAccess, release: Release): Sh {
  const apply = sh`apply --server-side --force-conflicts --field-manager drover -f -`;
  const given = (more: Sh) => sh`printf '%s\n' "$kinds" | ${kubectl(access, sh`${apply}${more}`)}`;
  return joinSh([
    sh`[ -z "$kinds" ] || { ${given(sh` --dry-run=server`)} >/dev/null && ${given(sh``)}; } || {`,
    takeBackNamespace(access, release),
    sh`exit 1
}`,
  ]);
}
