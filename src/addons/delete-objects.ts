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

/** What a program holds on to while it runs, and what has to be let go for it once it is stopped. */
export interface Holds {
  /** What its finalizers begin with. */
  readonly finalizers: string;
  /** The label of the pods that it holds beside the objects of its own kinds. */
  readonly pods: string;
}

/**
 * Stops the programs of a release, and takes away the kinds that it brought with all their objects; ends with `stuck` where
 * somebody else holds one. For programs that undo what others run when their own objects go, or make these anew. They let go of
 * nothing then, so that is done for them: of what nobody else holds. Not where the release has objects of these kinds, as helm
 * could no longer uninstall it.
 */
export function stopAndDeleteKinds(access: KubeAccess, release: Owner, holds: Holds): Sh {
  const where = sh`-n ${release.namespace}`;
  const programs = kubectl(access, sh`get deployments ${where} ${byHelm} -o jsonpath=${linesOf("{.metadata.name}")}`);
  const stop = sh`delete deployments $programs ${where} --ignore-not-found --cascade=foreground --timeout 120s`;
  const all = sh`delete customresourcedefinitions $names --ignore-not-found --timeout ${`${seconds}s`}`;
  return joinSh([
    findKinds(access, release),
    listKinds,
    sh`programs=$(${programs}) || exit 1
programs=$(printf '%s\n' "$programs" | awk -v release=${idOf(release)} '$1 == release { print $2 }')
[ -z "$programs" ] || ${patientKubectl(access, stop)} || stuck`,
    // Where their service was only now left without a pod, the cluster may not say so yet.
    takeAsStored(access, "whoever converts them"),
    letGo(access, holds),
    sh`names=$(printf '%s\n' "$found" | awk '{ print $1 }')
if [ -n "$names" ]; then
  let_go "$kinds"
  ${patientKubectl(access, all)} || stuck
fi
let_go pods -l ${holds.pods}`,
  ]);
}

/** Defines `let_go`, which takes the finalizers of a program that is stopped off objects on which it has them alone. */
function letGo(access: KubeAccess, { finalizers }: Holds): Sh {
  const lines = `{range .items[*]}{.apiVersion} {.kind} {.metadata.namespace}/{.metadata.name} {.metadata.finalizers[*]}{"\\n"}{end}`;
  return sh`let_go() {
  held=$(${kubectl(access, sh`get "$@" -A -o jsonpath=${lines}`)}) || exit 1
  held=$(printf '%s\n' "$held" | awk -v own=${finalizers} 'NF > 3 {
  for (i = 4; i <= NF; i++) if (index($i, own) != 1) next
  split($3, at, "/")
  printf "---\napiVersion: \"%s\"\nkind: \"%s\"\nmetadata: { name: \"%s\"%s }\n", $1, $2, at[2], at[1] == "" ? "" : ", namespace: \"" at[1] "\""
}')
  [ -z "$held" ] || printf '%s\n' "$held" | ${patientKubectl(access, sh`patch -f - --type merge -p ${'{"metadata":{"finalizers":null}}'}`)} >/dev/null
}`;
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
    takeAsStored(access, "what nobody converts"),
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
function takeAsStored(access: KubeAccess, whose: "what nobody converts" | "whoever converts them"): Sh {
  const asStored = '{"spec":{"conversion":{"strategy":"None","webhook":null}}}';
  const addresses = "{.subsets[*].addresses[*].ip}";
  const endpoints = sh`get endpoints "$service" -n "$namespace" --ignore-not-found -o jsonpath=${addresses}`;
  return sh`printf '%s\n' "$found" | while read -r kind stored namespace service; do
  [ -n "$service" ] || continue
  ready=
  ${whose === "whoever converts them" ? sh`` : sh`ready=$(${kubectl(access, endpoints)} </dev/null) || exit 1`}
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
