import { isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** Its programs get their certificates from cert-manager, and the one that its distribution brings would be a second one. */
export const kubeflowNeedsCertManager: Rule = (draft) => {
  const { kubeflow, certManager } = draft.addons ?? {};
  if (kubeflow === undefined || certManager !== undefined || isRefused(draft.addons ?? {}, "certManager")) return [];
  const message =
    "needs cert-manager for the certificates of its webhooks: add `certManager: {}` (with `adopt: true` if it is installed already)";
  return [{ path: ["addons", "kubeflow"], message }];
};

/** Both are called the same in the same namespace. */
export const kubeflowHasItsPipelines: Rule = (draft): readonly Mistake[] => {
  const { kubeflow, kubeflowPipelines } = draft.addons ?? {};
  if (kubeflow === undefined || kubeflowPipelines === undefined) return [];
  const message =
    "is a part of `kubeflow` already, in the same namespace: leave one of the two out (`drover addons disable kubeflowPipelines` removes it with all pipelines and runs)";
  return [{ path: ["addons", "kubeflowPipelines"], message }];
};
