import type { Probe, Result } from "../../core/probe.ts";
import { atExit, sh } from "../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { recordsQuestion } from "../../kube/remembered.ts";
import { clusterStep } from "../addon.ts";
import { deployedFrom } from "../installed.ts";
import type { Release } from "../release.ts";
import { fingerprint } from "../values.ts";

/** The smallest kustomization that does what Kubeflow's does to the roles of its pipelines: it replaces a field that is not there. */
const kustomization = JSON.stringify({
  resources: ["all.yaml"],
  patches: [
    {
      patch: JSON.stringify([{ op: "replace", path: "/data/b", value: "b" }]),
      target: { kind: "ConfigMap", name: "a" },
    },
  ],
});
const changed = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "a" } });

/** The id of the step below. */
export const kubectlStepId = "kubeflow/kubectl";

/**
 * kubectl renders Kubeflow's manifests. The publisher's do in every version: their library for patches (json-patch v4) lets a
 * field be replaced that is not there. Debian builds kubectl with v5, which refuses it, as RFC 6902 does. Asked by a kustomization
 * of Drover's own, before anything is installed, and not where there is nothing to install.
 */
export function kubectlStep(input: EngineInput, platform: Release): AnyStep {
  const after = clusterStep(input);
  const records = recordsQuestion(input);
  const isAsWanted = (answer: Result) =>
    deployedFrom(answer, platform.name, platform.namespace) === fingerprint(platform);
  const renders: Probe<boolean | undefined> = {
    sh: sh`kustomization=$(mktemp -d) || exit 1
${atExit(sh`rm -rf "$kustomization"`)}
printf '%s' ${kustomization} >"$kustomization/kustomization.yaml" && printf '%s' ${changed} >"$kustomization/all.yaml" || exit 1
${kubectl(input, sh`kustomize "$kustomization"`)} 2>&1`,
    parse: ({ code, stdout }) => (code === 0 ? true : stdout.includes("does not apply") ? false : undefined),
    onlyIf: { sh: records, isNeeded: (answer) => !isAsWanted(answer) },
  };
  return defineStep({
    id: kubectlStepId,
    title: "kubectl can render Kubeflow's manifests",
    needs: [after],
    probes: () => ({ installed: { sh: records, parse: isAsWanted }, renders }),
    decide: ({ installed, renders }): Decision => {
      if (installed || renders === true) return ok;
      if (renders === undefined) return { kind: "later", after, because: "kubectl does not run yet" };
      return {
        kind: "blocked",
        code: "cluster/tool-missing",
        because:
          "the kubectl on this machine does not render Kubeflow's manifests: it refuses to replace a field that is not there, which its publisher's kubectl does. Debian builds its own this way",
        remedy:
          "Name the publisher's with tools.kubectl in the inventory (https://kubernetes.io/docs/tasks/tools/); or have Drover download it, by a version that this machine's is not: `tools: { kubectl: { version: v1.32.4 } }`.",
      };
    },
  });
}
