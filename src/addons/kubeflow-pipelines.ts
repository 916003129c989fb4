import type { ManifestSettings } from "../core/addons.ts";
import type { MakeAddon } from "./addon.ts";
import { answersProof, serviceUrl } from "./answers-proof.ts";
import { helmRelease } from "./helm-release.ts";
import { manifestReleases } from "./manifest-releases.ts";
import type { ManifestSource } from "./release.ts";

const namespace = "kubeflow";

/** Kubeflow Pipelines by itself, without the rest of Kubeflow, and the proof that its API answers. */
export const kubeflowPipelines: MakeAddon = (input) => {
  const settings = input.cluster.addons.kubeflowPipelines;
  if (settings === undefined) return undefined;
  const { kinds, rest } = manifestReleases(input, settings, {
    name: "kubeflow-pipelines",
    kindsName: "kubeflow-pipelines-crds",
    called: "Kubeflow Pipelines",
    namespace,
    from: kustomizations(settings),
    // Its images are many and large, and its parts wait for one another.
    timeoutMinutes: 20,
  });
  const proof = answersProof(input, {
    id: "kubeflow-pipelines/answers",
    title: "Kubeflow Pipelines answers",
    release: rest,
    asked: [{ url: serviceUrl(namespace, "ml-pipeline", 8888, "/apis/v2beta1/healthz"), holds: "multi_user" }],
    seconds: 600,
    remedy: `Look at \`kubectl -n ${namespace} get pods,pvc\`: its volumes need a default storage class. Then run \`drover up\` again.`,
  });
  return {
    key: "kubeflowPipelines",
    release: rest,
    foundations: [kinds],
    alsoGone: "Pipelines, runs and their artifacts are lost, with the volumes that hold them.\n",
    steps: [helmRelease(input, kinds), helmRelease(input, rest), proof],
  };
};

/** The two that its makers name for a cluster of one's own (kubeflow.org, "Standalone Deployment"). */
function kustomizations({ source, version }: ManifestSettings): ManifestSource["from"] {
  const ref = source.startsWith("/") ? "" : `?ref=${version}`;
  return [`${source}/cluster-scoped-resources${ref}`, `${source}/env/platform-agnostic${ref}`];
}
