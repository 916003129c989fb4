import { helmCatalogue } from "../catalogue/helm.ts";
import type { KnownFailure } from "../core/step.ts";
import { lackingKind } from "./lacking-kinds.ts";
import { goingNamespace } from "./namespace.ts";
import type { Release } from "./release.ts";

/**
 * What goes wrong with helm, by its words. Tried in this order. Words that pods and events have too count in a line of helm's own
 * alone: below it stands what `tellTrouble` found.
 */
export function helmFailures({ name, version, namespace }: Release): readonly KnownFailure[] {
  const see = `The last events of ${namespace} are above; look at its pods. Then run \`drover up\` again.`;
  const row = (pattern: RegExp, code: KnownFailure["code"], message: string, remedy: string): KnownFailure => ({
    pattern,
    code,
    message,
    remedy,
  });
  return [
    goingNamespace(name, namespace),
    lackingKind({ name, version }),
    row(
      /((?:chart requires kubeVersion|chart .* is incompatible)[^\n]*)/,
      "addon/unfit",
      `the chart of ${name} ${version} does not fit this Kubernetes: $1`,
      "Choose a version of the addon that does.",
    ),
    row(
      /(CustomResourceDefinition\S* "[^"\n]*" is invalid: [^\n]*)/,
      "addon/unfit",
      `the kinds that the cluster has already do not let those of ${name} ${version} in: $1`,
      "Go by the versions between, one after the other, and have objects stored in the newer form, as the addon's makers tell for upgrades.",
    ),
    row(
      /((?:\w+ "[^"\n]*" in namespace "[^"\n]*" exists and [^\n]*)?invalid ownership metadata[^\n]*)/,
      "addon/release-foreign",
      `objects of ${name} are there already, and no release of Drover's made them: $1`,
      "To have Drover take them over, set `adopt: true` at this addon. Else remove them, or the addon from the inventory.",
    ),
    // Helm 4 applies on the server's side, where Helm 3 wrote over whatever others had set.
    row(
      /^Error: [^\n]*(Apply failed with \d+ conflicts?: [^\n]*)/m,
      "addon/release-foreign",
      `somebody else has set what ${name} would set to another value, and this helm does not write over it: $1`,
      "Set it in the inventory's values as it is in the cluster, or in the cluster as the inventory has it. Then run `drover up` again.",
    ),
    row(
      /^Error: [^\n]*?((?:401 Unauthorized|unauthorized: |403 Forbidden|denied: )[^\n]*)/m,
      "addon/chart-not-found",
      `the repository of ${name} wants another login: $1`,
      "Log in with `helm registry login` or `helm repo add`, or name a repository that needs none.",
    ),
    row(
      /^manifests not to be had: (.*)$/m,
      "addon/chart-not-found",
      `the manifests of ${name} ${version} cannot be had: $1`,
      "Check that this machine reaches them (a kustomization on GitHub needs git); or give a folder with the files.",
    ),
    row(
      /^Error: [^\n]*?(chart "?[^"\n]*"? (?:version "[^"]*" )?not found[^\n]*|no chart version found[^\n]*|failed to (?:fetch|download|pull|perform)[^\n]*|looks like "[^"]*" is not a valid chart repository[^\n]*|path "[^"]*" not found|\S+: not found$)/m,
      "addon/chart-not-found",
      `the chart of ${name} ${version} cannot be had: $1`,
      "Check that this machine reaches the repository and that it has this version; or give a folder with the chart.",
    ),
    row(
      /(values don't meet the specifications[^\n]*(?:\n[^\n]+){0,3})/,
      "inventory/invalid",
      `the chart of ${name} ${version} refuses the values: $1`,
      "Put the values right in the inventory.",
    ),
    row(
      /(?:ErrImagePull|ImagePullBackOff)[^\n]*/,
      "cluster/image-not-pullable",
      `${name} does not start: one of its images cannot be pulled`,
      see,
    ),
    row(
      /(timed out waiting for the condition|context deadline exceeded|would exceed context deadline)/,
      "addon/gate-closed",
      `${name} was installed but does not become ready`,
      see,
    ),
    row(
      /(another operation \(.*?\) is in progress)/,
      "addon/release-stuck",
      `helm refuses ${name}: $1`,
      "Someone else's helm is at work, or left it so. Wait, then run `drover up` again.",
    ),
    ...helmCatalogue,
    row(/Error: (.*)/, "step/action-failed", `helm ended with: $1`, see),
  ];
}
