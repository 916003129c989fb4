import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { defaultSettings } from "../../src/lab/settings.ts";
import { sideBySide } from "./first.ts";
import { loadLab } from "./load-lab.ts";
import { race } from "./race.ts";

const root = resolve(import.meta.dirname, "../..");
const hostname = "rancher.lab.test";

/** Rancher's stand-in answers in an ingress controller's place; RKE brings its class, by hand as with Drover. */
const ingressClass = `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: stand-in
  annotations: { ingressclass.kubernetes.io/is-default-class: "true" }
spec: { controller: drover.test/stand-in }
`;

/**
 * Six releases on one host: cert-manager, MetalLB, local-path-provisioner, metrics-server and NVIDIA's device plugin (which
 * finds no GPU) as their makers build them, and a stand-in for Rancher. First beside rke and helm by hand, then with nothing to do.
 */
export function addons([rounds = "7"]: readonly string[]): Promise<void> {
  return sideBySide({
    hosts: 1,
    inventory: withSixAddons,
    afterwards: (inventory) => nothingToDo(inventory, Number(rounds)),
  });
}

/** The inventory of practice hosts with five more addons. Charts are folders, images come from the lab's registry. */
export function withSixAddons(text: string, registry: string): string {
  const { cache } = defaultSettings(process.env);
  const chart = (name: string) => join(cache, "charts", name);
  const standIn = (name: string) => join(root, "test/stand-ins", name);
  const image = (name: string) => ({ repository: `${registry}/${name}` });
  const net = registry.replace(/\.\d+:\d+$/, "");
  const tools = `${registry}/rancher/rke-tools`;
  const more = {
    rancher: { hostname, chart: standIn("rancher"), values: { standIn: { image: `${tools}:v0.1.111` } } },
    nvidiaDevicePlugin: {
      version: "0.19.3",
      chart: chart("nvidia-device-plugin"),
      values: { image: image("nvidia/k8s-device-plugin"), affinity: everywhere, failOnInitError: false },
    },
    metallb: {
      version: "0.14.9",
      chart: chart("metallb"),
      addresses: [`${net}.200-${net}.210`],
      values: { controller: { image: image("metallb/controller") }, speaker: { image: image("metallb/speaker") } },
    },
    localPath: {
      version: "0.0.30",
      chart: chart("local-path-provisioner"),
      values: {
        image: image("rancher/local-path-provisioner"),
        helperImage: { repository: tools, tag: "v0.1.111" },
      },
    },
    metricsServer: {
      version: "3.12.1",
      chart: chart("metrics-server"),
      values: { image: { ...image("rancher/mirrored-metrics-server"), tag: "v0.7.2" } },
    },
  };
  const document = parseDocument(text);
  for (const [key, settings] of Object.entries(more)) document.setIn(["addons", key], document.createNode(settings));
  const own = { monitoring: { provider: "none" }, addons: ingressClass };
  document.setIn(["rke", "clusterYml"], document.createNode(own));
  return document.toString();
}

/** The practice host has no GPU, so that the chart's own affinity would leave it without a pod. */
const everywhere = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/os", operator: "In", values: ["linux"] }] }],
    },
  },
};

async function nothingToDo(inventory: string, rounds: number): Promise<void> {
  const { name, tools } = await loadLab(inventory);
  const dir = join(resolve(inventory, ".."), ".drover", name);
  const kubeconfig = ["--kubeconfig", join(dir, "kube_config_cluster.yml")];
  // The program as it is shipped.
  const drover = (...args: readonly string[]) => [join(root, "dist/cli/main.js"), ...args, "-i", inventory] as const;
  race(
    [
      { name: "`drover up`, nothing to do, six releases", command: drover("up", "--yes"), target: { seconds: 2 } },
      { name: "`drover up --only addons`, nothing to do", command: drover("up", "--yes", "--only", "addons") },
      { name: "`drover addons status`", command: drover("addons", "status") },
      { name: "`helm list -A`", command: [tools.helm, ...kubeconfig, "list", "-A", "-o", "json"] },
      { name: "`kubectl get pods -A`", command: [tools.kubectl, ...kubeconfig, "get", "pods", "-A", "-o", "json"] },
    ],
    rounds,
    dir,
  );
}
