import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { emptyChart } from "./own-chart.ts";
import type { ManifestSource, Release } from "./release.ts";

/** The only template: the manifests as they are, so that nothing in them is taken for a template. */
const template = '{{ range $path, $_ := .Files.Glob "manifests/*" }}{{ $.Files.Get $path }}{{ end }}\n';

/**
 * Shell text that makes a chart of plain manifests, in a folder of its own that goes when the shell does; `$chart` is its path
 * afterwards. Kinds and all other objects are two releases, as Helm cannot make an object of a kind that the same release
 * brings. The namespace itself is Drover's.
 */
export function makeChart(
  access: KubeAccess,
  source: ManifestSource,
  release: Pick<Release, "name" | "version" | "namespace">,
): Sh {
  return joinSh([
    emptyChart(template, release),
    sh`mkdir "$chart/manifests" || exit 1
fetch() {
  case $1 in
  http*.yaml | http*.yml) curl -fsSL --retry 2 --max-time 60 -- "$1" ;;
  *.yaml | *.yml) cat -- "$1" ;;
  *) ${kubectl(access, sh`kustomize "$1"`)} ;;
  esac
}`,
    split(source.part, release.namespace),
    sh`for from in ${source.from}; do
  said=$(fetch "$from" 2>&1 >"$chart/fetched") || { echo "manifests not to be had: $from: $(printf '%s' "$said" | tail -n 1 | cut -c 1-200)"; exit 1; }
  grep -q '^kind:' "$chart/fetched" || { echo "manifests not to be had: $from holds none"; exit 1; }
  split <"$chart/fetched" >>"$chart/manifests/all.yaml"
done
rm -f "$chart/fetched"`,
  ]);
}

/** Of YAML documents those that are kinds, or those that are not; never the release's own namespace. */
function split(part: ManifestSource["part"], namespace: string): Sh {
  return sh`split() {
  awk -v part=${part} -v own=${namespace} '
function flush(   i, wanted) {
  wanted = !(place && named) && count > 0 && (kinds ? "kinds" : "rest") == part
  if (wanted) { print "---"; for (i = 0; i < count; i++) print doc[i] }
  count = 0; kinds = 0; place = 0; named = 0; inside = 0
}
/^---/ { flush(); next }
{ sub(/\r$/, ""); if (count == 0 && $0 ~ /^[ \t]*(#.*)?$/) next; doc[count++] = $0 }
/^[^ #]/ { inside = $0 ~ /^metadata:/ }
/^kind: *"?CustomResourceDefinition"? *$/ { kinds = 1 }
/^kind: *"?Namespace"? *$/ { place = 1 }
inside && $1 == "name:" && ($2 == own || $2 == "\"" own "\"") { named = 1 }
END { flush() }'
}`;
}
