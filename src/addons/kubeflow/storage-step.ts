import { type AnyStep, type Decision, defineStep, ok, type StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { clusterStep } from "../addon.ts";
import { isDefaultClass, othersProbe } from "../others-probe.ts";

/** Kubeflow's volumes name no class: without a default one its databases would wait for ever. */
export function storageStep(input: EngineInput): AnyStep {
  const { localPath } = input.cluster.addons;
  const coming = localPath?.defaultClass === true;
  const after: StepId = coming ? "local-path-provisioner/release" : clusterStep(input);
  return defineStep({
    id: "kubeflow/storage",
    title: "A default storage class is there for Kubeflow",
    needs: [after],
    probes: () => ({ classes: othersProbe(input, "StorageClass") }),
    decide: ({ classes }): Decision => {
      if (classes === undefined) return { kind: "later", after, because: "the cluster does not answer yet" };
      if (classes.some(isDefaultClass)) return ok;
      if (coming) return { kind: "later", after, because: "the storage class is not there yet" };
      return {
        kind: "blocked",
        code: "addon/storage-missing",
        because: "the cluster has no default storage class, and Kubeflow's volumes name none",
        remedy:
          "Have one installed (`addons: { localPath: {} }`), or make one that is there the default with the annotation storageclass.kubernetes.io/is-default-class.",
      };
    },
  });
}
