import type { Mapping } from "../../core/mapping.ts";
import type { EngineInput } from "../engine.ts";
import { clusterDocument, clusterYmlText } from "./cluster-yml.ts";

/** What all steps of the engine are made from. */
export interface RkeSetup extends EngineInput {
  /** cluster.yml as data, with the inventory's own patch. */
  readonly document: Mapping;
  /** cluster.yml as text. May hold a registry's password. */
  readonly clusterYml: string;
  /** `v1.32.3-rancher1-1`: the document's, which a patch may have changed. */
  readonly version: string;
}

/** Computes cluster.yml, once for all steps, and its text once it is asked for: runs that leave the cluster alone do without. */
export function rkeSetup(input: EngineInput): RkeSetup {
  const document = clusterDocument(input.cluster, input.templates);
  let text: string | undefined;
  return {
    ...input,
    document,
    get clusterYml() {
      text ??= clusterYmlText(document);
      return text;
    },
    version: String(document["kubernetes_version"]),
  };
}
