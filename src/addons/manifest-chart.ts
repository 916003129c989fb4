import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { emptyChart } from "./own-chart.ts";
import type { ManifestSource, ManifestTree, Release } from "./release.ts";

/** The only template: the manifests as they are, so that nothing in them is taken for a template. */
const template = '{{ range $path, $_ := .Files.Glob "manifests/*" }}{{ $.Files.Get $path }}{{ end }}\n';

/** The chart within the chart, which holds the manifests. */
const inner = JSON.stringify({ apiVersion: "v2", name: "manifests", version: "1.0.0" });

/**
 * Shell text that makes a chart of plain manifests, in a folder of its own that goes when the shell does; `$chart` is its path
 * afterwards. Kinds and all other objects are two releases, as Helm cannot make an object of a kind that the same release
 * brings. The namespace itself is Drover's. The manifests are in a chart within the chart: Helm's record, which may have 1 MiB,
 * holds the files of the outer one beside the objects (helm.sh/helm/v3 pkg/chart/chart.go), and would hold everything twice.
 */
export function makeChart(
  access: KubeAccess,
  source: ManifestSource,
  release: Pick<Release, "name" | "version" | "namespace">,
): Sh {
  return joinSh([
    emptyChart("", release),
    sh`inner=$chart/charts/manifests
mkdir -p "$inner/templates" "$inner/manifests" && printf '%s' ${inner} >"$inner/Chart.yaml" && printf '%s' ${template} >"$inner/templates/all.yaml" || exit 1
fetch() {
  case $1 in
  http*.yaml | http*.yml) curl -fsSL --retry 2 --max-time 60 -- "$1" ;;
  *.yaml | *.yml) cat -- "$1" ;;
  *) ${kubectl(access, sh`kustomize "$1"`)} ;;
  esac
}
lack() { echo "manifests not to be had: $1: $(printf '%s' "$said" | tail -n 1 | tail -c 300)"; exit 1; }`,
    split(source, release.namespace),
    ...(source.tree === undefined ? [] : [plant(source.tree, source.from)]),
    sh`for from in ${source.tree === undefined ? source.from : [source.tree.place]}; do
  number=$((number + 1))
  said=$(fetch ${source.tree === undefined ? sh`"$from"` : sh`"$chart/overlay"`} 2>&1 >"$chart/fetched") || lack "$from"
  grep -q '^kind:' "$chart/fetched" || { echo "manifests not to be had: $from holds none"; exit 1; }
  split "$inner/manifests/$number" <"$chart/fetched" || exit 1
done
rm -rf "$chart/fetched" "$chart/overlay" "$chart/tree"`,
  ]);
}

/**
 * Has the whole repository at `$chart/tree`, and one kustomization over those of its folders that are asked for: they refer to
 * one another, and are fetched once.
 */
function plant({ place, patches }: ManifestTree, from: readonly string[]): Sh {
  const overlay = JSON.stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: from.map((path) => `../tree/${path}`),
    patches: patches.map((patch) => ({ patch: JSON.stringify(patch) })),
  });
  const get = place.startsWith("/")
    ? sh`said=$(ln -s ${place} "$chart/tree" 2>&1 && cd "$chart/tree" 2>&1) || lack ${place}`
    : sh`mkdir "$chart/tree" || exit 1
said=$(curl -fsSL --retry 2 --max-time 600 -o "$chart/fetched" -- ${place} 2>&1 && tar -xzf "$chart/fetched" -C "$chart/tree" --strip-components 1 2>&1) || lack ${place}`;
  return joinSh([
    get,
    sh`mkdir "$chart/overlay" && printf '%s' ${overlay} >"$chart/overlay/kustomization.yaml" || exit 1`,
  ]);
}

/**
 * Of YAML documents those of one part, and never the release's own namespace. Written to files of about a megabyte whose names
 * begin with $1: Helm takes none of more than five (helm.sh/helm/v3 pkg/chart/loader/archive.go).
 */
function split({ part, lateKinds = [] }: ManifestSource, namespace: string): Sh {
  return sh`split() {
  awk -v part=${part} -v own=${namespace} -v late=${` ${lateKinds.join(" ")} `} -v path="$1" '
function flush(   i, group, file) {
  group = kind == "CustomResourceDefinition" ? "kinds" : index(late, " " api "/" kind " ") ? "late" : "rest"
  if (!(kind == "Namespace" && named) && count > 0 && group == part) {
    file = sprintf("%s-%03d.yaml", path, files)
    print "---" >file
    for (i = 0; i < count; i++) { print doc[i] >file; size += length(doc[i]) }
    if (size > 1000000) { close(file); files++; size = 0 }
  }
  count = 0; kind = ""; api = ""; named = 0; inside = 0
}
/^---/ { flush(); next }
{ sub(/\r$/, ""); if (count == 0 && $0 ~ /^[ \t]*(#.*)?$/) next; doc[count++] = $0 }
/^[^ #]/ { inside = $0 ~ /^metadata:/ }
/^kind:/ { kind = $2; gsub(/["\047]/, "", kind) }
/^apiVersion:/ { api = $2; gsub(/["\047]/, "", api); sub(/\/.*/, "", api) }
inside && $1 == "name:" { name = $2; gsub(/["\047]/, "", name); if (name == own) named = 1 }
END { flush() }'
}`;
}
