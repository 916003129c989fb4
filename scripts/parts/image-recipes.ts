import type { ImageConfig } from "./oci-layout.ts";

/** How one image is put together from parts and from plain files in `images/<name>/`. */
export interface ImageRecipe {
  readonly name: string;
  /** Repository and tag, exactly as RKE or the chart names it, without a registry. */
  readonly reference: string;
  /** On top of the Debian layer, or all alone. */
  readonly base: boolean;
  /** Parts whose programs are put in: folder in the image -> files in the cache. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Ids of the parts that those files come from. */
  readonly needs: readonly string[];
  readonly config: ImageConfig;
  readonly seconds: number;
  /** Stands in for somebody's image: nobody publishes it. */
  readonly standIn?: true;
}

/** The Kubernetes version that the images are made for, as RKE spells it. */
export const kubernetesVersion = "v1.32.3-rancher1-1";

const kubernetes = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"];
const plugins = ["bridge", "host-local", "loopback", "portmap", "bandwidth"];
const etcd = ["etcd", "etcdctl", "etcdutl"];

const systemImages: readonly ImageRecipe[] = [
  {
    name: "rke-tools",
    reference: "rancher/rke-tools:v0.1.111",
    base: true,
    programs: {
      "opt/rke-tools/bin": ["parts/cri-dockerd/cri-dockerd"],
      "usr/local/bin": ["parts/etcd/etcdctl", "bin/kubectl"],
    },
    needs: ["cri-dockerd", "kubectl"],
    // RKE hands the folder to the other containers as the volume of a container that it never starts
    config: { Cmd: ["/bin/bash"], Volumes: { "/opt/rke-tools": {} } },
    seconds: 6,
  },
  {
    name: "hyperkube",
    reference: "rancher/hyperkube:v1.32.3-rancher1",
    base: true,
    programs: { "usr/local/bin": [...kubernetes.map((name) => `parts/kubernetes/${name}`), "bin/kubectl"] },
    needs: ["kubernetes", "kubectl"],
    config: {},
    seconds: 15,
  },
  {
    name: "etcd",
    reference: "rancher/mirrored-coreos-etcd:v3.5.16",
    base: true,
    programs: { "usr/local/bin": etcd.map((name) => `parts/etcd/${name}`) },
    needs: [],
    config: {},
    seconds: 3,
  },
  {
    name: "pause",
    reference: "rancher/mirrored-pause:3.7",
    base: false,
    programs: { ".": ["parts/pause/pause"] },
    needs: ["pause"],
    config: { Entrypoint: ["/pause"], User: "65535:65535" },
    seconds: 1,
  },
  {
    name: "flannel",
    reference: "rancher/mirrored-flannel-flannel:v0.26.4",
    base: true,
    programs: { "opt/bin": ["parts/flannel/flanneld"] },
    needs: ["flannel"],
    config: { Entrypoint: ["/opt/bin/flanneld"] },
    seconds: 3,
  },
  {
    name: "flannel-cni",
    reference: "rancher/flannel-cni:v1.4.1-rancher1",
    base: true,
    programs: { "opt/cni/bin": ["parts/flannel-cni/flannel", ...plugins.map((name) => `parts/cni/${name}`)] },
    needs: ["flannel-cni"],
    config: { Cmd: ["/install-cni.sh"] },
    seconds: 3,
  },
  {
    name: "coredns",
    reference: "rancher/mirrored-coredns-coredns:1.11.3",
    base: true,
    programs: { ".": ["parts/coredns/coredns"] },
    needs: ["coredns"],
    config: { Entrypoint: ["/coredns"] },
    seconds: 4,
  },
  {
    name: "cluster-proportional-autoscaler",
    reference: "rancher/mirrored-cluster-proportional-autoscaler:v1.8.9",
    base: true,
    programs: {},
    needs: [],
    config: { Entrypoint: ["/cluster-proportional-autoscaler"] },
    seconds: 1,
  },
  {
    name: "metrics-server",
    reference: "rancher/mirrored-metrics-server:v0.7.2",
    base: true,
    programs: { ".": ["parts/metrics-server/metrics-server"] },
    needs: ["metrics-server"],
    config: { Entrypoint: ["/metrics-server"], User: "65534" },
    seconds: 3,
  },
];

function certManagerImage(name: string): ImageRecipe {
  return {
    name: `cert-manager-${name}`,
    reference: `jetstack/cert-manager-${name}:v1.11.5`,
    base: true,
    programs: { [`app/cmd/${name}`]: [`parts/cert-manager/${name}`] },
    needs: ["cert-manager"],
    config: { Entrypoint: [`/app/cmd/${name}/${name}`], User: "1000" },
    seconds: 3,
  };
}

/** The images of cert-manager. */
export const certManagerImages: readonly ImageRecipe[] = ["controller", "webhook", "cainjector", "acmesolver"].map(
  certManagerImage,
);

function metallbImage(name: string): ImageRecipe {
  return {
    name: `metallb-${name}`,
    reference: `metallb/${name}:v0.14.9`,
    base: true,
    programs: { ".": [`parts/metallb/${name}`] },
    needs: ["metallb"],
    config: { Entrypoint: [`/${name}`] },
    seconds: 3,
  };
}

const kubeVipImage: ImageRecipe = {
  name: "kube-vip",
  reference: "kube-vip/kube-vip:v0.9.1",
  base: false,
  programs: { ".": ["parts/kube-vip/kube-vip"] },
  needs: ["kube-vip"],
  config: { Entrypoint: ["/kube-vip"] },
  seconds: 3,
};

const localPathImage: ImageRecipe = {
  name: "local-path-provisioner",
  reference: "rancher/local-path-provisioner:v0.0.30",
  base: true,
  // Its chart calls it by its name alone.
  programs: { "usr/bin": ["parts/local-path-provisioner/local-path-provisioner"] },
  needs: ["local-path-provisioner"],
  config: { Entrypoint: ["/usr/bin/local-path-provisioner"] },
  seconds: 3,
};

const traefikImage: ImageRecipe = {
  name: "traefik",
  reference: "library/traefik:v3.6.12",
  base: false,
  programs: { ".": ["parts/traefik/traefik"] },
  needs: ["traefik"],
  config: { Entrypoint: ["/traefik"] },
  seconds: 5,
};

const kueueImage: ImageRecipe = {
  name: "kueue",
  reference: "kueue/kueue:v0.18.4",
  base: false,
  programs: { ".": ["parts/kueue/manager"] },
  needs: ["kueue"],
  config: { Entrypoint: ["/manager"], User: "65532:65532" },
  seconds: 3,
};

const kubeRayImage: ImageRecipe = {
  name: "kuberay-operator",
  reference: "kuberay/operator:v1.6.2",
  base: false,
  programs: { ".": ["parts/kuberay-operator/manager"] },
  needs: ["kuberay-operator"],
  config: { Entrypoint: ["/manager"], User: "65532:65532" },
  seconds: 3,
};

const olmImage: ImageRecipe = {
  name: "olm",
  reference: "operator-framework/olm:v0.46.0",
  base: true,
  // Its manifests call them in /bin.
  programs: { "usr/bin": ["olm", "catalog", "package-server"].map((name) => `parts/olm/${name}`) },
  needs: ["olm"],
  config: { Entrypoint: ["/usr/bin/olm"], User: "1001" },
  seconds: 6,
};

const prometheusImage: ImageRecipe = {
  name: "prometheus",
  reference: "prometheus/prometheus:v3.16.0",
  base: true,
  programs: { "usr/bin": ["parts/prometheus/prometheus"] },
  needs: ["prometheus"],
  config: { Entrypoint: ["/usr/bin/prometheus"], User: "65534" },
  seconds: 5,
};

function prometheusOperatorImage(name: string, program: string): ImageRecipe {
  return {
    name,
    reference: `prometheus-operator/${name}:v0.92.0`,
    base: true,
    programs: { "usr/bin": [`parts/prometheus-operator/${program}`] },
    needs: ["prometheus-operator"],
    config: { Entrypoint: [`/usr/bin/${program}`], User: "65534" },
    seconds: 3,
  };
}

/** SeaweedFS's image has a shell and curl beside the program, and Drover's proof uses them; versitygw's own has no curl. */
const objectStoreImage: ImageRecipe = {
  name: "object-store",
  reference: "drover/object-store-stand-in:v1.8.0",
  base: true,
  programs: { "usr/local/bin": ["parts/versitygw/versitygw"] },
  needs: ["versitygw"],
  config: { Entrypoint: ["/usr/local/bin/versitygw"] },
  seconds: 4,
  standIn: true,
};

const devicePluginImage: ImageRecipe = {
  name: "nvidia-device-plugin",
  reference: "nvidia/k8s-device-plugin:v0.19.3",
  base: true,
  programs: {
    "usr/bin": ["nvidia-device-plugin", "config-manager", "mps-control-daemon"].map(
      (name) => `parts/nvidia-device-plugin/${name}`,
    ),
  },
  needs: ["nvidia-device-plugin"],
  config: { Entrypoint: ["/usr/bin/nvidia-device-plugin"] },
  seconds: 6,
};

/** The images of what addons install. */
export const addonImages: readonly ImageRecipe[] = [
  ...certManagerImages,
  ...["controller", "speaker"].map(metallbImage),
  kubeVipImage,
  localPathImage,
  traefikImage,
  kueueImage,
  kubeRayImage,
  olmImage,
  prometheusImage,
  prometheusOperatorImage("prometheus-operator", "operator"),
  prometheusOperatorImage("prometheus-config-reloader", "prometheus-config-reloader"),
  objectStoreImage,
  devicePluginImage,
];

/** Every image of a cluster with flannel, CoreDNS and metrics-server, and those of the addons. */
export const imageRecipes: readonly ImageRecipe[] = [...systemImages, ...addonImages];
