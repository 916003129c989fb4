import type { AddonSettings } from "../core/addons.ts";

/** What is said of an addon to somebody who chooses. */
export interface CatalogEntry {
  readonly key: keyof AddonSettings;
  readonly about: string;
  /** Keys without a default, and how they are asked for. */
  readonly asks: Readonly<Record<string, string>>;
}

/** Every addon there is, in the order of the annotated inventory. */
export const catalog: readonly CatalogEntry[] = [
  { key: "certManager", about: "cert-manager: issues and renews certificates", asks: {} },
  {
    key: "rancher",
    about: "Rancher: the web interface over this cluster and others",
    asks: { hostname: "The name under which browsers reach Rancher (such as rancher.example.com)" },
  },
  { key: "nvidiaDevicePlugin", about: "NVIDIA's device plugin: offers GPUs to pods, whole or shared", asks: {} },
  {
    key: "metallb",
    about: "MetalLB: gives services of type LoadBalancer an address of your LAN",
    asks: { addresses: "Free addresses of the LAN (such as 192.0.2.200-192.0.2.220)" },
  },
  {
    key: "kubeVip",
    about: "kube-vip: one address for the cluster's API that moves to a controlplane host that lives",
    asks: { address: "A free address of the controlplane hosts' LAN (such as 192.0.2.100)" },
  },
  { key: "localPath", about: "local-path-provisioner: volumes as folders on the hosts' own disks", asks: {} },
  { key: "traefik", about: "Traefik: an ingress controller on ports 80 and 443 of every worker", asks: {} },
  { key: "metricsServer", about: "metrics-server: for clusters without RKE's own", asks: {} },
  { key: "dashboard", about: "Headlamp: the cluster and its pods' logs in a browser, without Rancher", asks: {} },
  {
    key: "monitoring",
    about: "Prometheus and Grafana, with the figures of all GPUs and a dashboard of them",
    asks: {},
  },
  { key: "kubeRay", about: "KubeRay: Ray clusters and jobs on Kubernetes", asks: {} },
  { key: "kueue", about: "Kueue: queues for jobs, with shares of GPUs for each team", asks: {} },
  { key: "olm", about: "Operator Lifecycle Manager: installs operators from catalogs (in maintenance mode)", asks: {} },
  {
    key: "kubeflowPipelines",
    about: "Kubeflow Pipelines: machine learning pipelines, without the rest of Kubeflow",
    asks: {},
  },
  {
    key: "kubeflow",
    about: "Kubeflow: notebooks, pipelines, training and serving of models, behind one login",
    asks: {
      email: "The e-mail address that its user logs in with (such as ann@example.com)",
      password: "Where the user's password is (env:NAME, file:PATH or cmd:COMMAND)",
    },
  },
  {
    key: "objectStorage",
    about: "SeaweedFS: buckets and objects by the S3 protocol, on a volume of the cluster",
    asks: {},
  },
  {
    key: "registryCredentials",
    about: "logins at Docker Hub, GHCR, GCR and others, with which pods of chosen namespaces pull their images",
    asks: {
      namespaces: "The namespaces whose pods pull with them (such as [team-a, team-b])",
      logins: 'The logins (such as [{registry: ghcr.io, user: ann, password: "env:GHCR_TOKEN"}])',
    },
  },
];
