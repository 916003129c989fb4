import type { Cluster } from "../core/cluster.ts";
import { proxyVariables } from "../core/proxy.ts";
import type { Stage } from "../core/step.ts";
import { aptProxy } from "./apt/proxy.ts";
import { configured } from "./docker/configured.ts";
import { dataRoot } from "./docker/data-root.ts";
import { group } from "./docker/group.ts";
import { installed } from "./docker/installed.ts";
import { containerRuns } from "./docker/proven.ts";
import { dockerProxy } from "./docker/proxy.ts";
import { registryTrust } from "./docker/registry-trust.ts";
import { type GpuTools, gpuStages } from "./nvidia/gpu-stages.ts";
import { dns } from "./os/dns.ts";
import { firewall } from "./os/firewall.ts";
import { kernelModules } from "./os/kernel-modules.ts";
import { kubeflowLimits, limits } from "./os/limits.ts";
import { names } from "./os/names.ts";
import { packages } from "./os/packages.ts";
import { supported } from "./os/supported.ts";
import { swapOff } from "./os/swap-off.ts";
import { sysctl } from "./os/sysctl.ts";
import { time } from "./os/time.ts";
import { unattended } from "./os/unattended.ts";
import { authorizedKey } from "./ssh/authorized-key.ts";
import { forwarding } from "./ssh/forwarding.ts";

// Docker knows a registry by host and port; a path behind them is the images' business.
function insecureRegistries(cluster: Cluster): readonly string[] {
  return cluster.registries.filter(({ insecure }) => insecure).map(({ url }) => url.replace(/\/.*$/, ""));
}

/** All that makes bare hosts ready for an engine, in order. */
export function hostStages(cluster: Cluster, tools: GpuTools): readonly Stage[] {
  return [
    {
      id: "os",
      title: "Prepare the operating system",
      on: "hosts",
      alone: true,
      steps: [
        supported(),
        ...(cluster.proxy === undefined ? [] : [aptProxy(cluster.proxy)]),
        packages(),
        swapOff(),
        kernelModules(cluster.kernel.modules),
        sysctl(cluster.kernel.sysctl),
        limits(cluster.kernel.sysctl, cluster.addons.kubeflow === undefined ? {} : kubeflowLimits),
        dns(cluster.dns),
        time(cluster.time),
        firewall({
          manage: cluster.firewall.manage,
          hosts: cluster.hosts,
          plugin: cluster.rke.network.plugin,
          ingress: cluster.rke.ingress,
          clusterCidr: cluster.rke.clusterCidr,
        }),
        names({ hosts: cluster.hosts, extraHosts: cluster.extraHosts }),
        forwarding(),
        authorizedKey(),
      ],
    },
    ...gpuStages(cluster, tools),
    {
      id: "docker",
      title: "Install and configure Docker",
      on: "hosts",
      alone: true,
      steps: [
        ...(cluster.proxy === undefined ? [] : [dockerProxy(proxyVariables(cluster, "hosts"))]),
        installed(cluster.docker),
        ...(cluster.docker.dataRoot === undefined ? [] : [dataRoot(cluster.docker)]),
        ...(cluster.registries.some(({ ca }) => ca !== undefined) ? [registryTrust(cluster.registries)] : []),
        configured({ docker: cluster.docker, insecureRegistries: insecureRegistries(cluster) }),
        group(),
      ],
    },
    // A stage of its own, so that it is decided on what Docker is after all that was changed about it.
    { id: "docker-ready", title: "Prove Docker with a container", on: "hosts", alone: true, steps: [containerRuns()] },
    {
      id: "upgrades",
      title: "Keep what the cluster stands on from changing by itself",
      on: "hosts",
      alone: true,
      steps: [unattended({ upgrades: cluster.upgrades, docker: cluster.docker })],
    },
  ];
}
