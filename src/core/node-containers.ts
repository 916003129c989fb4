/** What RKE runs on a node for as long as it is one, each in a container of that name (services/services.go of rke). */
export const nodeContainers = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "nginx-proxy",
] as const;
