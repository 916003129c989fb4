import { isMapping, type Mapping } from "../core/mapping.ts";
import type { Probe } from "../core/probe.ts";
import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type AnyStep, type Decision, defineStep, type KnownFailure, ok, type StepId } from "../core/step.ts";
import { listAt, nameOf, parseJsonObject, textAt } from "../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { dumpYaml } from "../templates/yaml.ts";
import { lockRelease } from "./helm-lock.ts";
import { shownManifest } from "./manifest.ts";
import { ensureNamespace, goingNamespace, madeByDrover } from "./namespace.ts";
import { only, same, sameName } from "./objects-compare.ts";

/** Objects that Drover keeps in a cluster by itself, without Helm. */
export interface KeptObjects {
  readonly id: StepId;
  readonly title: string;
  /** The addon, for its lock. */
  readonly addon: string;
  readonly namespace: string;
  readonly objects: readonly [Mapping, ...Mapping[]];
  /** Of these it is enough that they are there, whatever is in them. */
  readonly enoughIfThere?: readonly Mapping[];
  readonly needs: readonly [StepId, ...StepId[]];
  /** Asked, as the first thing, for a reason not to go on: a certificate that does not fit, a range that is taken. */
  readonly refuse?: Probe<Decision | undefined>;
}

/** How long a webhook that judges the objects may take to answer: its own certificate takes some seconds to spread. */
const patienceSeconds = 120;

const nothingToAsk: Probe<Decision | undefined> = { sh: sh`:`, parse: () => undefined };

/**
 * Objects that are in the cluster as they are wanted. What others added to them stays. They are applied on the server's side,
 * from stdin, as they may hold secrets; secrets are neither shown nor logged.
 */
export function objectsStep(access: KubeAccess, kept: KeptObjects): AnyStep {
  const wanted = kept.objects.map((object) => labelled(object, kept.namespace));
  return defineStep({
    id: kept.id,
    title: kept.title,
    needs: kept.needs,
    probes: () => ({ there: thereProbe(access, wanted), refusal: kept.refuse ?? nothingToAsk }),
    decide: ({ there, refusal }) => {
      if (refusal !== undefined) return refusal;
      if (there === undefined)
        return { kind: "later", after: kept.needs[0], because: "the cluster does not know these objects yet" };
      const isEnough = (one: Mapping, object: Mapping) =>
        kept.enoughIfThere?.some((loose) => sameName(loose, object)) ? sameName(one, object) : same(one, object);
      const missing = wanted.filter((object) => !there.some((one) => isEnough(one, object)));
      if (missing.length === 0) return ok;
      const before = missing.flatMap((object) =>
        there.filter((one) => sameName(one, object)).map((one) => only(one, object)),
      );
      const change = {
        summary: `apply ${missing.map((object) => `${textAt(object, "kind")} ${nameOf(object)}`).join(", ")}`,
        ...(before.length === 0 ? {} : { before: shown(before) }),
        after: shown(missing),
        actions: [applyAction(access, kept, wanted)],
      } as const;
      return { kind: "change", changes: [change] };
    },
  });
}

function labelled(object: Mapping, namespace: string): Mapping {
  const metadata = isMapping(object["metadata"]) ? object["metadata"] : {};
  const labels = isMapping(metadata["labels"]) ? metadata["labels"] : {};
  return { ...object, metadata: { namespace, ...metadata, labels: { ...labels, ...madeByDrover } } };
}

/**
 * The objects of the wanted kinds and names that are there, those of one namespace with one kubectl; undefined if the cluster
 * does not know their kinds.
 */
function thereProbe(access: KubeAccess, wanted: readonly Mapping[]): Probe<readonly Mapping[] | undefined> {
  const byNamespace = Map.groupBy(wanted, (object) => textAt(object, "metadata", "namespace"));
  const gets = [...byNamespace].map(([namespace, objects]) => {
    const get = sh`get ${objects.map(fullName)} -n ${namespace} --ignore-not-found -o json`;
    return sh`${kubectl(access, get)} || exit 1; echo; echo ---`;
  });
  return {
    sh: joinSh(gets),
    parse: ({ code, stdout }) => (code !== 0 ? undefined : stdout.split("\n---\n").flatMap(readObjects)),
  };
}

/** `IPAddressPool.v1beta1.metallb.io/drover`, by which kubectl asks for exactly that kind; of the core group the kind alone. */
function fullName(object: Mapping): string {
  const [group = "", version] = textAt(object, "apiVersion").split("/");
  const kind = textAt(object, "kind");
  return `${version === undefined ? kind : `${kind}.${version}.${group}`}/${nameOf(object)}`;
}

/** Of several objects kubectl makes a list. */
function readObjects(text: string): readonly Mapping[] {
  const object = parseJsonObject(text);
  if (object === undefined) return [];
  return object["kind"] === "List" ? listAt(object, "items") : [object];
}

function shown(objects: readonly Mapping[]): string {
  return shownManifest(objects.map((object) => dumpYaml(object)).join("---\n"), []) ?? "";
}

function applyAction(access: KubeAccess, kept: KeptObjects, objects: readonly Mapping[]) {
  return {
    kind: "run",
    sh: applyScript(access, kept),
    stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    timeoutMs: (patienceSeconds + 60) * 1000,
    failures: [goingNamespace(`"${kept.title}"`, kept.namespace), refusedByCluster(kept)],
  } as const;
}

/** Tried again for a while only where it is a webhook that does not answer. */
function applyScript(access: KubeAccess, { addon, namespace }: KeptObjects): Sh {
  return joinSh([
    sh`umask 077
objects=$(cat)`,
    lockRelease(access.paths, addon),
    ensureNamespace(access, { namespace }),
    sh`end=$(($(date +%s) + ${patienceSeconds}))
while :; do
  said=$(printf '%s' "$objects" | ${kubectl(access, sh`apply --server-side --force-conflicts --field-manager drover -f -`)} 2>&1) && break
  case $said in *webhook*|*"no matches for kind"*) ;; *) end=0 ;; esac
  if [ "$(date +%s)" -ge "$end" ]; then printf 'not applied: %s\n' "$(printf '%s' "$said" | tail -n 1 | cut -c 1-500)"; exit 1; fi
  sleep 1
done
printf '%s\n' "$said"`,
  ]);
}

function refusedByCluster({ title }: KeptObjects): KnownFailure {
  return {
    pattern: /^not applied: (.*)$/m,
    code: "addon/gate-closed",
    message: `"${title}" was refused by the cluster: $1`,
    remedy: "Put right what it says, in the inventory or in the cluster. Then run `drover up` again.",
  };
}
