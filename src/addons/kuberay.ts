import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { kubeRayFits } from "./fits.ts";
import { helmRelease } from "./helm-release.ts";
import { objectsProof } from "./objects-proof.ts";

const namespace = "kuberay-system";

/** Suspended from the beginning: the operator takes it up and starts no pod (raycluster_types.go, `suspend`). */
const suspended = {
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { name: "drover-proof", namespace },
  spec: {
    suspend: true,
    headGroupSpec: {
      rayStartParams: {},
      template: { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.46.0" }] } },
    },
  },
};

/** The operator of KubeRay, and the proof that it takes up a Ray cluster. */
export const kubeRay: MakeAddon = (input) => {
  const settings = input.cluster.addons.kubeRay;
  if (settings === undefined) return undefined;
  const parts = { name: "kuberay-operator", called: "KubeRay", namespace, fits: kubeRayFits } as const;
  const release = { ...chartRelease(input, settings, parts), crdsApart: true } as const;
  const proof = objectsProof(input, {
    id: "kuberay-operator/cluster",
    title: "KubeRay takes up a Ray cluster",
    release,
    summary: "have a suspended Ray cluster taken up, as a proof",
    objects: [suspended],
    state: { path: "{.status.state}", is: "suspended" },
    seconds: 180,
    remedy: `Look at \`kubectl -n ${namespace} logs deploy/kuberay-operator\`. Then run \`drover up\` again.`,
  });
  return {
    key: "kubeRay",
    release,
    alsoGone:
      "Ray clusters and jobs go on as they are, and nobody mends them. Their kinds stay, as Helm leaves CRDs of this chart alone.\n",
    steps: [helmRelease(input, release), proof],
  };
};
