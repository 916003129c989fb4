/** One program of a Go part: the package that holds its `main`, and the file it becomes in the cache. */
export interface GoCommand {
  readonly package: string;
  readonly file: string;
}

/** How one part is compiled from Go modules; a folder with go.mod and go.sum pins every source. */
export interface GoRecipe {
  readonly name: string;
  readonly version: string;
  /** Cold, downloads included, on two idle cores. */
  readonly seconds: number;
  readonly commands: readonly GoCommand[];
  /** Variables that the linker sets (`-X`): what the program answers when it is asked for its version. */
  readonly stamps: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Part of the program is C: needs gcc, and is linked statically, or dynamically where it loads libraries itself. */
  readonly cgo?: true | "dynamic";
}

/** A chart, or plain manifests, that its makers keep beside the program's source: so it is pinned by the module's checksum. */
export interface ChartRecipe {
  /** The chart's own name, and its folder below `charts/` (or `manifests/`) in the cache. */
  readonly name: string;
  readonly what: "chart" | "manifests";
  /** The Go part whose module it is in. */
  readonly of: GoRecipe;
  readonly module: string;
  /** The module's version, which need not be the chart's. */
  readonly version: string;
  /** Its folder in the module. */
  readonly folder: string;
}

/** Kubernetes; the build date is the module's own time, so that equal sources make equal files. */
function kubernetes(
  name: string,
  version: string,
  about: { buildDate: string; seconds: number; also?: readonly string[] },
): GoRecipe {
  const [, gitMajor = "", gitMinor = ""] = version.split(/[v.]/);
  const facts = { gitVersion: version, gitMajor, gitMinor, gitTreeState: "clean", buildDate: about.buildDate };
  const stamps = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((where) =>
    Object.entries(facts).map(([key, value]) => [`${where}.${key}`, value]),
  );
  const servers = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"];
  const programs = [...servers, ...(about.also ?? [])];
  return {
    name,
    version,
    seconds: about.seconds,
    commands: programs.map((program) => ({
      package: `k8s.io/kubernetes/cmd/${program}`,
      file: `parts/${name}/${program}`,
    })),
    stamps: Object.fromEntries(stamps),
  };
}

const crane = "github.com/google/go-containerregistry";
const certManager = "github.com/cert-manager/cert-manager";
const criDockerd = "github.com/Mirantis/cri-dockerd";
const flannel = "github.com/flannel-io/flannel";
const metallb = "go.universe.tf/metallb";
const kubeVip = "github.com/kube-vip/kube-vip";
const traefik = "github.com/traefik/traefik/v3";
const localPath = "github.com/rancher/local-path-provisioner";
const kueue = "sigs.k8s.io/kueue";
const kubeRay = "github.com/ray-project/kuberay/ray-operator";
const olm = "github.com/operator-framework/operator-lifecycle-manager";
const prometheus = "github.com/prometheus/prometheus";
const prometheusOperator = "github.com/prometheus-operator/prometheus-operator";
const devicePlugin = "github.com/NVIDIA/k8s-device-plugin";

/** The Kubernetes that `helm template` and `helm lint` judge for, as helm's Makefile sets it; unset, it would be 1.20. */
const helmKubernetes = Object.fromEntries(
  ["chartutil", "lint/rules"].flatMap((where) => [
    [`helm.sh/helm/v3/pkg/${where}.k8sVersionMajor`, "1"],
    [`helm.sh/helm/v3/pkg/${where}.k8sVersionMinor`, "37"],
  ]),
);

/** What is compiled here, because the publishers' files cannot be had everywhere and Go modules can. */
export const goRecipes = {
  crane: {
    name: "crane",
    version: "v0.22.1",
    seconds: 10,
    commands: [{ package: `${crane}/cmd/crane`, file: "bin/crane" }],
    stamps: { [`${crane}/cmd/crane/cmd.Version`]: "v0.22.1", [`${crane}/pkg/v1/remote/transport.Version`]: "v0.22.1" },
  },
  rke: {
    name: "rke",
    version: "v1.8.1",
    seconds: 123,
    commands: [{ package: "github.com/rancher/rke", file: "bin/rke" }],
    stamps: { "main.VERSION": "v1.8.1" },
  },
  kubernetes: kubernetes("kubernetes", "v1.32.3", { buildDate: "2025-03-12T03:34:34Z", seconds: 325 }),
  /** What the test of an upgrade begins with, and a kubectl as its publisher has it, which Debian's is not (kubectl-step.ts). */
  olderKubernetes: kubernetes("kubernetes-1.31", "v1.31.7", {
    buildDate: "2025-03-12T03:05:34Z",
    seconds: 345,
    also: ["kubectl"],
  }),
  criDockerd: {
    name: "cri-dockerd",
    version: "v0.3.17",
    seconds: 116,
    commands: [{ package: criDockerd, file: "parts/cri-dockerd/cri-dockerd" }],
    stamps: { [`${criDockerd}/cmd/version.Version`]: "0.3.17", [`${criDockerd}/cmd/version.GitCommit`]: "2104021" },
  },
  flannel: {
    name: "flannel",
    version: "v0.28.4",
    seconds: 83,
    commands: [{ package: flannel, file: "parts/flannel/flanneld" }],
    stamps: { [`${flannel}/pkg/version.Version`]: "v0.28.4" },
    tags: ["netgo", "osusergo"],
    cgo: true,
  },
  flannelCni: {
    // the last version of the plugins that had this one; its own repository is no Go module that can be fetched
    name: "flannel-cni",
    version: "v0.9.1",
    seconds: 5,
    commands: [
      {
        package: "github.com/containernetworking/plugins/plugins/meta/flannel",
        file: "parts/flannel-cni/flannel",
      },
    ],
    stamps: {},
  },
  coredns: {
    name: "coredns",
    version: "v1.11.3",
    seconds: 98,
    commands: [{ package: "github.com/coredns/coredns", file: "parts/coredns/coredns" }],
    stamps: { "github.com/coredns/coredns/coremain.GitCommit": "a7ed346" },
  },
  metricsServer: {
    name: "metrics-server",
    version: "v0.7.2",
    seconds: 102,
    commands: [
      { package: "sigs.k8s.io/metrics-server/cmd/metrics-server", file: "parts/metrics-server/metrics-server" },
    ],
    stamps: { "k8s.io/client-go/pkg/version.gitVersion": "v0.7.2" },
  },
  helm: {
    name: "helm",
    version: "v3.22.0",
    seconds: 114,
    commands: [{ package: "helm.sh/helm/v3/cmd/helm", file: "bin/helm" }],
    stamps: {
      "helm.sh/helm/v3/internal/version.version": "v3.22.0",
      "helm.sh/helm/v3/internal/version.gitTreeState": "clean",
      ...helmKubernetes,
    },
  },
  certManager: {
    // the last version whose programs are packages of the main module
    name: "cert-manager",
    version: "v1.11.5",
    seconds: 185,
    commands: ["controller", "webhook", "cainjector", "acmesolver"].map((name) => ({
      package: `${certManager}/cmd/${name}`,
      file: `parts/cert-manager/${name}`,
    })),
    stamps: { [`${certManager}/pkg/util.AppVersion`]: "v1.11.5" },
  },
  metallb: {
    name: "metallb",
    version: "v0.14.9",
    seconds: 40,
    commands: ["controller", "speaker"].map((name) => ({
      package: `${metallb}/${name}`,
      file: `parts/metallb/${name}`,
    })),
    stamps: { [`${metallb}/internal/version.version`]: "0.14.9" },
  },
  kubeVip: {
    // the last version that has an entry in the checksum database
    name: "kube-vip",
    version: "v0.9.1",
    seconds: 120,
    commands: [{ package: kubeVip, file: "parts/kube-vip/kube-vip" }],
    stamps: { "main.Version": "v0.9.1" },
  },
  traefik: {
    // the newest whose modules all have an entry in the checksum database; its dashboard is made by npm, and left out
    name: "traefik",
    version: "v3.6.12",
    seconds: 420,
    commands: [{ package: `${traefik}/cmd/traefik`, file: "parts/traefik/traefik" }],
    stamps: { [`${traefik}/pkg/version.Version`]: "v3.6.12" },
  },
  localPath: {
    name: "local-path-provisioner",
    version: "v0.0.30",
    seconds: 40,
    commands: [{ package: localPath, file: "parts/local-path-provisioner/local-path-provisioner" }],
    stamps: { "main.VERSION": "v0.0.30" },
  },
  kueue: {
    // the newest whose modules all have an entry in the checksum database
    name: "kueue",
    version: "v0.18.4",
    seconds: 190,
    commands: [{ package: `${kueue}/cmd/kueue`, file: "parts/kueue/manager" }],
    stamps: { [`${kueue}/pkg/version.GitVersion`]: "v0.18.4" },
  },
  kubeRay: {
    name: "kuberay-operator",
    version: "v1.6.2",
    seconds: 80,
    commands: [{ package: kubeRay, file: "parts/kuberay-operator/manager" }],
    stamps: {},
  },
  olm: {
    name: "olm",
    version: "v0.46.0",
    seconds: 165,
    commands: ["olm", "catalog", "package-server"].map((name) => ({
      package: `${olm}/cmd/${name}`,
      file: `parts/olm/${name}`,
    })),
    stamps: { [`${olm}/pkg/version.OLMVersion`]: "v0.46.0" },
  },
  prometheus: {
    // it finds what it is to watch in Kubernetes alone; its pages are made by npm, and left out
    name: "prometheus",
    version: "v0.316.0",
    seconds: 130,
    commands: [{ package: `${prometheus}/cmd/prometheus`, file: "parts/prometheus/prometheus" }],
    stamps: { "github.com/prometheus/common/version.Version": "3.16.0" },
    tags: ["remove_all_sd", "enable_kubernetes_sd"],
  },
  prometheusOperator: {
    name: "prometheus-operator",
    version: "v0.92.0",
    seconds: 80,
    commands: ["operator", "prometheus-config-reloader"].map((name) => ({
      package: `${prometheusOperator}/cmd/${name}`,
      file: `parts/prometheus-operator/${name}`,
    })),
    stamps: { "github.com/prometheus/common/version.Version": "0.92.0" },
  },
  versitygw: {
    // a server of objects over a folder, in SeaweedFS's place in the tests
    name: "versitygw",
    version: "v1.8.0",
    seconds: 95,
    commands: [{ package: "github.com/versity/versitygw/cmd/versitygw", file: "parts/versitygw/versitygw" }],
    stamps: { "main.Version": "v1.8.0" },
  },
  devicePlugin: {
    name: "nvidia-device-plugin",
    version: "v0.19.3",
    seconds: 75,
    commands: ["nvidia-device-plugin", "config-manager", "mps-control-daemon"].map((name) => ({
      package: `${devicePlugin}/cmd/${name}`,
      file: `parts/nvidia-device-plugin/${name}`,
    })),
    stamps: { [`${devicePlugin}/internal/info.version`]: "v0.19.3" },
    // it loads the driver's libnvidia-ml.so.1
    cgo: "dynamic",
  },
} satisfies Readonly<Record<string, GoRecipe>>;

/** The real charts and manifests of what is compiled here, where no chart repository can be reached. */
export const chartRecipes: readonly ChartRecipe[] = [
  {
    name: "metallb",
    what: "chart",
    of: goRecipes.metallb,
    module: metallb,
    version: "v0.14.9",
    folder: "charts/metallb",
  },
  {
    name: "local-path-provisioner",
    what: "chart",
    of: goRecipes.localPath,
    module: localPath,
    version: "v0.0.30",
    folder: "deploy/chart/local-path-provisioner",
  },
  {
    name: "metrics-server",
    what: "chart",
    of: goRecipes.metricsServer,
    module: "sigs.k8s.io/metrics-server",
    version: "v0.7.2",
    folder: "charts/metrics-server",
  },
  {
    name: "kueue",
    what: "chart",
    of: goRecipes.kueue,
    module: kueue,
    version: "v0.18.4",
    folder: "charts/kueue",
  },
  {
    // its chart is in another folder of its repository, and so not in the module: these are the objects that it holds
    name: "kuberay-operator",
    what: "manifests",
    of: goRecipes.kubeRay,
    module: kubeRay,
    version: "v1.6.2",
    folder: "config",
  },
  {
    // the chart that its makers' release tool makes the manifests of, with their values; those in "quickstart" are older
    name: "olm",
    what: "manifests",
    of: goRecipes.olm,
    module: olm,
    version: "v0.46.0",
    folder: "deploy",
  },
  {
    name: "nvidia-device-plugin",
    what: "chart",
    of: goRecipes.devicePlugin,
    module: devicePlugin,
    version: "v0.19.3",
    folder: "deployments/helm/nvidia-device-plugin",
  },
  {
    // its kinds and roles; the chart that most install it with is no Go module
    name: "prometheus-operator",
    what: "manifests",
    of: goRecipes.prometheusOperator,
    module: prometheusOperator,
    version: "v0.92.0",
    folder: "example",
  },
];
