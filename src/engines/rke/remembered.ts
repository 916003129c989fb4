import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type KubeObject, listAt, parseJsonObject, textAt } from "./kube-object.ts";
import { type KubeAccess, kubectl } from "./kubectl.ts";

/** The ConfigMaps called `drover`, by namespace: all that Drover keeps in a cluster. */
export type Remembered = ReadonlyMap<string, KubeObject>;

/** Reads them, in one question for all who keep something; empty if the cluster does not answer. */
export function rememberedProbe(access: KubeAccess): Probe<Remembered> {
  return {
    sh: kubectl(access, sh`get configmaps -A --field-selector metadata.name=drover -o json`),
    parse: ({ code, stdout }) => {
      const answer = code === 0 ? parseJsonObject(stdout) : undefined;
      const items = answer === undefined ? [] : listAt(answer, "items");
      return new Map(items.map((item) => [textAt(item, "metadata", "namespace"), item]));
    },
  };
}
