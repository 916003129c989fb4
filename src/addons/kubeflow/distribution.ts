import type { Mapping } from "../../core/mapping.ts";
import type { Fit } from "../fits.ts";

type Paths = readonly [string, ...string[]];

/** How a line of Kubeflow's own distribution (github.com/kubeflow/manifests) is put together. */
interface Distribution extends Fit {
  /** Istio, which everything is reached through, and the login in front of it. */
  readonly gateway: Paths;
  /** Everything else. */
  readonly platform: Paths;
  /** What its makers put right after the tag. */
  readonly mended: readonly Mapping[];
  /** Kinds, as `group/Kind`, that a webhook of the platform judges: their objects are refused until it answers. */
  readonly lateKinds: readonly string[];
  /** The namespaces that the gateway brings, and their labels. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The labels of `kubeflow`. */
  readonly labels: Readonly<Record<string, string>>;
}

const restricted = { "pod-security.kubernetes.io/enforce": "restricted" } as const;

function containerImage(name: string, namespace: string, image: string): Mapping {
  const spec = { template: { spec: { containers: [{ name, image }] } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, spec };
}

/**
 * `example/kustomization.yaml` of its tag v1.10.2, in its order, but for common/cert-manager/base, which is the addon
 * certManager, and common/user-namespace/base, whose user is everybody's: user@example.com. "1.10 targets Kubernetes 1.32" (its
 * release notes), and its tests run on 1.33.1. From 1.11 on it wants Kubernetes 1.34, which no engine of Drover's makes.
 */
const line110: Distribution = {
  line: "1.10",
  from: 32,
  to: 33,
  gateway: [
    "common/istio/istio-crds/base",
    "common/istio/istio-namespace/base",
    "common/istio/istio-install/overlays/oauth2-proxy",
    "common/oauth2-proxy/overlays/m2m-dex-only",
    "common/dex/overlays/oauth2-proxy",
    "common/istio/cluster-local-gateway/base",
  ],
  platform: [
    "common/cert-manager/kubeflow-issuer/base",
    "common/knative/knative-serving/overlays/gateways",
    "common/kubeflow-namespace/base",
    "common/networkpolicies/base",
    "common/kubeflow-roles/base",
    "common/istio/kubeflow-istio-resources/base",
    "applications/pipeline/upstream/env/cert-manager/platform-agnostic-multi-user",
    "applications/katib/upstream/installs/katib-with-kubeflow",
    "applications/centraldashboard/overlays/oauth2-proxy",
    "applications/admission-webhook/upstream/overlays/cert-manager",
    "applications/jupyter/jupyter-web-app/upstream/overlays/istio",
    "applications/jupyter/notebook-controller/upstream/overlays/kubeflow",
    "applications/profiles/pss",
    "applications/pvcviewer-controller/upstream/base",
    "applications/volumes-web-app/upstream/overlays/istio",
    "applications/tensorboard/tensorboard-controller/upstream/overlays/kubeflow",
    "applications/tensorboard/tensorboards-web-app/upstream/overlays/istio",
    "applications/training-operator/upstream/overlays/kubeflow",
    "applications/kserve/kserve",
    "applications/kserve/models-web-app/overlays/kubeflow",
    "applications/spark/spark-operator/overlays/kubeflow",
  ],
  // Its own branch v1.10-branch took this image after the tag ("Update deprecated MinIO Image", #3271).
  mended: [containerImage("minio", "kubeflow", "minio/minio:RELEASE.2019-08-14T20-37-41Z")],
  lateKinds: ["serving.kserve.io/ClusterServingRuntime", "networking.internal.knative.dev/Certificate"],
  namespaces: {
    auth: restricted,
    "istio-system": { "istio-operator-managed": "Reconcile", "istio-injection": "disabled", ...restricted },
    "oauth2-proxy": restricted,
  },
  labels: {
    "control-plane": "kubeflow",
    "istio-injection": "enabled",
    "pod-security.kubernetes.io/enforce": "baseline",
  },
};

/** The lines that Drover knows the parts of. */
export const kubeflowLines = [line110] as const;

/**
 * What of the gateway is Drover's: its namespaces, and the user's name, password and keys, which the distribution has the same
 * for everybody. Dex and oauth2-proxy read them when they start, and so must start anew with others: `user` tells them apart.
 */
export function gatewayPatches({ namespaces }: Distribution, user: string): readonly Mapping[] {
  const without = (kind: string, name: string, namespace?: string): Mapping => ({
    $patch: "delete",
    apiVersion: "v1",
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  });
  const startsAnewWith = (name: string, namespace: string): Mapping => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { template: { metadata: { annotations: { "drover/user": user } } } },
  });
  return [
    ...Object.keys(namespaces).map((name) => without("Namespace", name)),
    without("ConfigMap", "dex", "auth"),
    without("Secret", "dex-passwords", "auth"),
    without("Secret", "dex-oidc-client", "auth"),
    without("Secret", "oauth2-proxy", "oauth2-proxy"),
    startsAnewWith("dex", "auth"),
    startsAnewWith("oauth2-proxy", "oauth2-proxy"),
  ];
}
