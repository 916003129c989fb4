import type { MakeAddon } from "../addon.ts";
import { deleteObjects } from "../delete-objects.ts";
import { helmRelease } from "../helm-release.ts";
import { kubectlStep, kubectlStepId } from "./kubectl-step.ts";
import { loginProof } from "./login-proof.ts";
import { kubeflowReleases } from "./releases.ts";
import { forgetPrograms } from "./removal.ts";
import { storageStep } from "./storage-step.ts";

/**
 * Kubeflow as a whole, in the order of its own distribution: kinds, the user, Istio with the login, everything else, and what
 * the webhooks of that judge. Its certificates are cert-manager's, the addon's. The proof is a login.
 */
export const kubeflow: MakeAddon = (input) => {
  const settings = input.cluster.addons.kubeflow;
  if (settings === undefined) return undefined;
  const storage = storageStep(input);
  const releases = kubeflowReleases(input, settings, [storage.id, kubectlStepId]);
  const { gatewayKinds, kinds, foundation, gateway, platform, late } = releases;
  return {
    key: "kubeflow",
    release: platform,
    dependents: [late],
    foundations: [gateway, foundation, kinds, gatewayKinds],
    first: deleteObjects(input, kinds, "profiles.kubeflow.org"),
    undo: forgetPrograms(input, gatewayKinds),
    alsoGone:
      "All profiles go with it, with their namespaces and all that is in them: notebooks, volumes, experiments, models. Pipelines, runs and their artifacts are lost too, and every object of Istio's, Knative's and Kubeflow's kinds.\n",
    steps: [
      storage,
      kubectlStep(input, platform),
      ...Object.values(releases).map((release) => helmRelease(input, release)),
      loginProof(input, releases, settings),
    ],
  };
};
