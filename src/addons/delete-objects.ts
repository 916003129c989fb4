import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../kube/kubectl.ts";
import type { Release } from "./release.ts";

/** How long programs may take to let go of objects (finalizers). */
const seconds = 300;

/** Whose objects are meant: names of releases are their namespace's own, so that another's may have the same. */
type Owner = Pick<Release, "name" | "namespace">;

const idOf = ({ name, namespace }: Owner): string => `${namespace}/${name}`;

/** Shell text for the jsonpath of the release that brought an object, and of whatever else is asked of it, a line for each. */
function linesOf(...fields: readonly string[]): string {
  return `{range .items[*]}{.metadata.annotations.meta\\.helm\\.sh/release-namespace}/{.metadata.annotations.meta\\.helm\\.sh/release-name}${fields.map((one) => ` ${one}`).join("")}{"\\n"}{end}`;
}

const byHelm = sh`-l app.kubernetes.io/managed-by=Helm`;

/**
 * Has `$found` hold the kinds (CRDs) that a release brought, a line for each: its name, the same with the version that its
 * objects are stored in, and namespace and name of the service that converts them, if one does.
 */
export function findKinds(access: KubeAccess, release: Owner): Sh {
  const stored = "{.spec.names.plural}.{.spec.versions[?(@.storage==true)].name}.{.spec.group}";
  const converter = "{.spec.conversion.webhook.clientConfig.service";
  const lines = linesOf("{.metadata.name}", stored, `${converter}.namespace}`, `${converter}.name}`);
  return sh`found=$(${kubectl(access, sh`get customresourcedefinitions ${byHelm} -o jsonpath=${lines}`)}) || exit 1
found=$(printf '%s\n' "$found" | awk -v release=${idOf(release)} '$1 == release { print $2, $3, $4, $5 }')`;
}

/** `$kinds` from `$found`, as kubectl takes several, with the versions that their objects are stored in. */
const listKinds = sh`kinds=$(printf '%s\n' "$found" | awk '$1 != "" { printf "%s%s", comma, $2; comma = "," }')`;

/**
 * Takes away the kinds that a release brought, and with them all their objects, while the programs still run that must let go of
 * these; ends with `stuck` where they do not. For programs that make objects anew as long as something else is there: of a kind
 * that goes nothing new can be made. Not where the release has objects of these kinds, as helm could no longer uninstall it.
 */
export function deleteKinds(access: KubeAccess, release: Owner): Sh {
  const all = sh`delete customresourcedefinitions $names --ignore-not-found --timeout ${`${seconds}s`}`;
  return joinSh([
    findKinds(access, release),
    listKinds,
    takeAsStored(access),
    sh`names=$(printf '%s\n' "$found" | awk '{ print $1 }')
[ -z "$names" ] || ${patientKubectl(access, all)} || stuck`,
  ]);
}

/**
 * Takes away all objects of the kinds that a release brought, while the programs still run that must let go of them, and ends
 * with `stuck` where they do not. Those of one kind may go first, with all that hangs on them. What a program makes anew
 * meanwhile goes too. They are asked for in the version that they are stored in: in another, an API server whose converter does
 * not answer may say that there are none.
 */
export function deleteObjects(access: KubeAccess, release: Owner, first?: string): Sh {
  const whole = sh`delete ${first ?? ""} --all --cascade=foreground --timeout ${`${seconds}s`}`;
  return joinSh([
    findKinds(access, release),
    listKinds,
    takeAsStored(access),
    first === undefined
      ? sh`:`
      : sh`case ${"\n"}$found in *${`\n${first} `}*) ${patientKubectl(access, whole)} || stuck ;; esac`,
    sh`end=$(($(date +%s) + ${seconds}))
while [ -n "$kinds" ]; do
  ${patientKubectl(access, sh`delete "$kinds" --all -A --wait=false`)}
  left=$(${kubectl(access, sh`get "$kinds" -A -o name`)}) && [ -z "$left" ] && break
  [ "$(date +%s)" -lt "$end" ] || { echo "timed out waiting for the condition:" $left; stuck; }
  sleep 2
done`,
  ]);
}

/**
 * Has objects of `$found` that nobody converts any more taken as they are stored: else the cluster overlooks them when it deletes
 * their namespace. They go anyway.
 */
function takeAsStored(access: KubeAccess): Sh {
  const asStored = '{"spec":{"conversion":{"strategy":"None","webhook":null}}}';
  const addresses = "{.subsets[*].addresses[*].ip}";
  const endpoints = sh`get endpoints "$service" -n "$namespace" --ignore-not-found -o jsonpath=${addresses}`;
  return sh`printf '%s\n' "$found" | while read -r kind stored namespace service; do
  [ -n "$service" ] || continue
  ready=$(${kubectl(access, endpoints)} </dev/null) || exit 1
  [ -n "$ready" ] || ${kubectl(access, sh`patch customresourcedefinition "$kind" --type merge -p ${asStored}`)} </dev/null || exit 1
done || exit 1`;
}

/**
 * What of releases would be in the way of their own removal: webhooks, which judge what goes once their programs are gone; and
 * roles that Kubernetes' own controller fills from others, and makes anew where these go at the same time
 * (k8s.io/kubernetes, pkg/controller/clusterroleaggregation: it applies, whether the role is still there or not).
 */
export function clearTheWay(access: KubeAccess, releases: readonly Owner[]): Sh {
  const kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles";
  const lines = linesOf("{.kind}/{.metadata.name}", "{.aggregationRule}");
  const all = kubectl(access, sh`get ${kinds} ${byHelm} -o jsonpath=${lines}`);
  return sh`found=$(${all}) || exit 1
of() { printf '%s\n' "$found" | awk -v releases=${` ${releases.map(idOf).join(" ")} `} -v roles="$1" 'index(releases, " " $1 " ") && (roles ? $3 != "" : $2 !~ /^ClusterRole\//) { print $2 }'; }
webhooks=$(of 0) roles=$(of 1)
[ -z "$webhooks" ] || ${patientKubectl(access, sh`delete $webhooks --ignore-not-found --timeout 60s`)} || exit 1
[ -z "$roles" ] || ${kubectl(access, sh`patch $roles --type merge -p ${'{"aggregationRule":null}'}`)} || exit 1`;
}

/**
 * Defines `stuck`, which tells what is on its way out and what holds it, and ends: objects of `$kinds` by their finalizers,
 * namespaces by their conditions, in the cluster's own words.
 */
export function tellWhatHolds(access: KubeAccess): Sh {
  const objects =
    '{range .items[?(@.metadata.deletionTimestamp)]}{.kind} {.metadata.namespace}/{.metadata.name} waits for {.metadata.finalizers[*]}{"\\n"}{end}';
  const namespaces =
    '{range .items[?(@.status.phase=="Terminating")]}namespace {.metadata.name}: {.status.conditions[?(@.status=="True")].message}{"\\n"}{end}';
  return sh`kinds=
stuck() {
  held=$({
    [ -z "$kinds" ] || ${kubectl(access, sh`get "$kinds" -A -o jsonpath=${objects}`)}
    ${kubectl(access, sh`get namespaces -o jsonpath=${namespaces}`)}
  } 2>/dev/null | sed 's, /, ,' | cut -c 1-300 | awk 'NF && !/: *$/ { if (++n <= 4) all = all sep $0; sep = "; " } END { print all (n > 4 ? "; and " n - 4 " more" : "") }')
  [ -z "$held" ] || echo "does not go away: $held"
  exit 1
}`;
}
