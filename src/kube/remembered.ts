import { releaseNames } from "../core/addons.ts";
import type { Probe } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import { type KubeObject, listAt, nameOf, parseJsonObject, textAt } from "./kube-object.ts";
import { type KubeAccess, kubectl } from "./kubectl.ts";

/** Name and labels of the ConfigMaps that Drover keeps in a cluster: those by which helm's own records are found, too. */
export const noteMetadata = { name: "drover", labels: { owner: "drover", name: "drover" } } as const;

/** The ConfigMaps called `drover`, by namespace: all that Drover keeps in a cluster. */
export type Remembered = ReadonlyMap<string, KubeObject>;

/**
 * All that Drover and helm have written down in the cluster, in one question for all who want to know of it: starting kubectl
 * costs more than what it asks. Fails if there is no cluster yet.
 */
export function recordsQuestion(access: KubeAccess): Sh {
  const { owner, name } = noteMetadata.labels;
  const selector = `owner in (${owner},helm),status!=superseded,name in (${[name, ...releaseNames].join(",")})`;
  return sh`[ -s ${access.paths.kubeconfig} ] || exit 1; ${kubectl(access, sh`get configmaps,secrets -A -l ${selector} -o json`)}`;
}

/** Drover's own notes among them; empty if the cluster does not answer. */
export function rememberedProbe(access: KubeAccess): Probe<Remembered> {
  return {
    sh: recordsQuestion(access),
    parse: ({ code, stdout }) => {
      const answer = code === 0 ? parseJsonObject(stdout) : undefined;
      const items = answer === undefined ? [] : listAt(answer, "items");
      const notes = items.filter((item) => textAt(item, "kind") === "ConfigMap" && nameOf(item) === noteMetadata.name);
      return new Map(notes.map((item) => [textAt(item, "metadata", "namespace"), item]));
    },
  };
}
