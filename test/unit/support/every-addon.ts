import type { AddonSettings } from "../../../src/core/addons.ts";
import { chartSettings, rancherSettings } from "./addon-world.ts";

/** What an inventory says of a chart that needs no more. */
export const chart = chartSettings();
const manifests = { version: "1.0.0", source: "/manifests", adopt: false };

/** Addons that are a release and what proves it, and ask for nothing else. */
export const plain = {
  certManager: chart,
  kueue: chart,
  kubeRay: chart,
  dashboard: chart,
  traefik: chart,
  objectStorage: { ...chart, size: "100Gi", storageClass: undefined },
  olm: manifests,
  kubeflowPipelines: manifests,
} satisfies AddonSettings;

/** Those with an object, a class or a certificate of their own to look at. */
export const more = {
  kubeflow: { ...manifests, version: "1.10.2", email: "ann@example.com", password: "correct horse" },
  metallb: { ...chart, addresses: ["10.0.0.200-10.0.0.210"] },
  kubeVip: { address: "10.0.0.100", interface: undefined, version: "v1.2.3", image: "ghcr.io/kube-vip/kube-vip" },
  localPath: { ...chart, path: "/srv", defaultClass: true },
  metricsServer: chart,
  nvidiaDevicePlugin: { ...chart, pools: {} },
  rancher: rancherSettings(),
  registryCredentials: {
    version: "1.0.0",
    namespaces: ["team-a"],
    logins: [{ registry: "ghcr.io", user: "ann", password: "t0ken" }],
  },
} satisfies AddonSettings;
