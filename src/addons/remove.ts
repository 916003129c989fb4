import type { Result } from "../core/probe.ts";
import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok, type RunAction, type Stage } from "../core/step.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../kube/kubectl.ts";
import type { Addon } from "./addon.ts";
import { clearTheWay, tellWhatHolds } from "./delete-objects.ts";
import { helm } from "./helm.ts";
import { lockRelease } from "./helm-lock.ts";
import { findRelease } from "./helm-release.ts";
import { type InstalledRelease, installedProbe } from "./installed.ts";
import { lackingWhereItGoes } from "./lacking-kinds.ts";
import { madeByDrover } from "./namespace.ts";
import type { Release } from "./release.ts";

const [[madeKey, madeValue] = ["", ""]] = Object.entries(madeByDrover);

/** The way back of an addon: its release, the objects that Drover keeps for it, and the namespace if Drover made it. */
export function removalStages(access: KubeAccess, addon: Addon): readonly Stage[] {
  return [{ id: "remove", title: `Remove ${addon.release.name}`, on: "control", steps: [removalStep(access, addon)] }];
}

/** Its releases in the order in which they go. */
function releasesOf({ dependents = [], release, foundations = [] }: Addon): readonly Release[] {
  return [...dependents, release, ...foundations];
}

function removalStep(access: KubeAccess, addon: Addon): AnyStep {
  const { name, namespace } = addon.release;
  return defineStep({
    id: `${name}/removed`,
    title: `${name} is not in the cluster`,
    probes: () => ({ releases: installedProbe(access), namespaces: namespaceProbe(access, namespace) }),
    decide: ({ releases, namespaces }): Decision => {
      if (releases === undefined || namespaces === undefined) return noAnswer;
      const found = releasesOf(addon)
        .map((one) => findRelease(releases, one))
        .filter((one) => one !== undefined);
      if (found.length === 0 && namespaces !== "ours") return ok;
      const foreign = found.find(({ installedFor }) => installedFor === "");
      if (foreign !== undefined) return notOurs(foreign);
      const also = namespaces === "ours" ? `, and the namespace ${namespace} with all that is in it` : "";
      const isWhole = found.some((one) => one.name === name);
      const summary = `${isWhole ? "uninstall" : "remove what is left of"} ${name}${also}`;
      const actions = [removeAction(access, addon, namespaces === "ours")] as const;
      return { kind: "change", changes: [{ summary, ...describe(addon), actions, disrupts: "service" }] };
    },
  });
}

function describe({ alsoGone }: Addon): { readonly after?: string } {
  return alsoGone === undefined ? {} : { after: alsoGone };
}

/** Whose a namespace is: by Drover's label on it. Undefined if the cluster does not answer. */
function namespaceProbe(access: KubeAccess, namespace: string) {
  return {
    sh: kubectl(access, sh`get namespace ${namespace} --ignore-not-found --show-labels --no-headers`),
    parse: ({ code, stdout }: Result) => {
      const labels = stdout.trim().split(/[\s,]+/);
      if (code !== 0) return undefined;
      return stdout.trim() === "" ? "none" : labels.includes(`${madeKey}=${madeValue}`) ? "ours" : "theirs";
    },
  };
}

/** What Helm leaves on purpose goes with the namespace; elsewhere only what Drover itself put there. */
function removeAction(access: KubeAccess, addon: Addon, withNamespace: boolean): RunAction {
  const { release, first, undo } = addon;
  const { name, namespace } = release;
  const releases = releasesOf(addon);
  const own = `${madeKey}=${madeValue}`;
  return {
    kind: "run",
    sh: joinSh([
      lockRelease(access.paths, name),
      tellWhatHolds(access),
      clearTheWay(access, releases),
      first ?? sh`:`,
      ...releases.map((one) => uninstall(access, one)),
      undo ?? sh`:`,
      withNamespace
        ? sh`${patientKubectl(access, sh`delete namespace ${namespace} --ignore-not-found --timeout 240s`)} || stuck`
        : sh`${kubectl(access, sh`delete secret,configmap -n ${namespace} -l ${own} --ignore-not-found`)}`,
    ]),
    timeoutMs: (first === undefined ? 12 : 30) * 60_000,
    failures: [
      lackingWhereItGoes(release),
      {
        pattern: /^does not go away: (.*)$/m,
        code: "addon/release-stuck",
        message: `${name} does not go away: $1`,
        remedy: `Whoever put a finalizer there has to let go of it. If that program is gone, take the finalizer away: \`kubectl patch KIND NAME -n NAMESPACE --type merge -p '{"metadata":{"finalizers":null}}'\`. Then run the command again.`,
      },
      {
        pattern: /(timed out waiting for the condition|context deadline exceeded)[^\n]*/,
        code: "addon/release-stuck",
        message: `${name} does not go away: $1`,
        remedy: `Look at what is left: \`kubectl get all -n ${namespace}\`, and at the namespace's own status. Then run the command again.`,
      },
    ],
  };
}

/** Of a kind that is gone helm says nothing but that it failed: kubectl, asked for the same objects, names it. */
function uninstall(access: KubeAccess, { name, namespace }: Release): Sh {
  const objects = sh`${helm(access)} get manifest ${name} -n ${namespace} 2>/dev/null | ${kubectl(access, sh`get --ignore-not-found -o name -f -`)}`;
  return sh`${helm(access)} uninstall ${name} -n ${namespace} --ignore-not-found --wait --timeout 5m || {
  ${objects} 2>&1 | grep 'no matches for kind' >&2
  stuck
}`;
}

const noAnswer: Decision = {
  kind: "blocked",
  because: "the cluster does not answer",
  remedy: "Look at `drover status`. To take the addon from the inventory alone, pass --keep.",
};

function notOurs({ name, version }: InstalledRelease): Decision {
  return {
    kind: "blocked",
    code: "addon/release-foreign",
    because: `${name} ${version} was not installed by Drover`,
    remedy: "Remove it the way it was installed. To take it from the inventory alone, pass --keep.",
  };
}
