import { type ImageRecipe, imageRecipes } from "./image-recipes.ts";

/** The version that the test of an upgrade begins with, as RKE spells it. */
export const olderKubernetes = "v1.31.7-rancher1-1";

/**
 * Images that RKE wants for that version and not for the newer one. Kubernetes is really the older one; etcd, flannel and
 * metrics-server are the newer one's under the older tags, as it is Kubernetes whose upgrade is tried.
 */
export const olderImages: readonly ImageRecipe[] = [
  older("hyperkube", "rancher/hyperkube:v1.31.7-rancher1", {
    needs: ["kubernetes-1.31", "kubectl"],
    programs: { "usr/local/bin": olderPrograms() },
  }),
  older("etcd", "rancher/mirrored-coreos-etcd:v3.5.15"),
  older("flannel", "rancher/mirrored-flannel-flannel:v0.25.1"),
  older("metrics-server", "rancher/mirrored-metrics-server:v0.7.1"),
];

/** kubectl may be a minor version newer than the API server (kubernetes.io/releases/version-skew-policy). */
function olderPrograms(): readonly string[] {
  const components = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"];
  return [...components.map((name) => `parts/kubernetes-1.31/${name}`), "bin/kubectl"];
}

function older(name: string, reference: string, more: Partial<ImageRecipe> = {}): ImageRecipe {
  const recipe = imageRecipes.find((other) => other.name === name);
  if (recipe === undefined) throw new RangeError(`there is no recipe of the image ${name}`);
  return { ...recipe, name: `${name}-1.31`, reference, ...more };
}
